"""The answer as it is shown: one headline, the rules, what was read. Released names: ``docs/explain.md``."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.base.times import iso_local, iso_utc
from askpro_cli.booking.explain.conclusion import OFFERED, UNEXPLAINED, Conclusion
from askpro_cli.booking.explain.facts import NOT_ASKED, Facts, Source
from askpro_cli.booking.explain.rules.shifted import RULE as SHIFTED
from askpro_cli.booking.explain.verdicts import Verdict
from askpro_cli.booking.explain.wording import clock, moment, signed
from askpro_cli.booking.slot_views import event_type_view, slot_view

MOST_NEAREST = 3


def headline(facts: Facts, conclusion: Conclusion) -> str:
    """Return the answer in one sentence."""
    asked = moment(facts.asked, facts.zone)
    if facts.offered:
        return _offered(conclusion, asked)
    if conclusion.reason == UNEXPLAINED:
        return _unexplained(facts, conclusion, asked)
    said = "is not offered" if facts.offered is False else "cannot be offered"
    return f"{asked} {said}: {_why(conclusion)}"


def _unexplained(facts: Facts, conclusion: Conclusion, asked: str) -> str:
    slots = facts.sources.get("slots")
    if facts.event_type is not None and slots is not None and slots.how == NOT_ASKED:
        return (
            f"{asked} could not be checked: finding the event type used up the requests; nothing in its"
            " description forbids that time, so ask again"
        )
    known = "is not offered" if facts.offered is False else "could not be checked"
    hint = conclusion.verdict("not_in_schedule")
    seen = f" ({hint.evidence})" if hint.passes and not facts.hours else ""
    return f"{asked} {known}, and nothing that could be read says why{seen}"


def _why(conclusion: Conclusion) -> str:
    """Return the reason's evidence; of a shifted time what closes it first: it may just be too early."""
    told = conclusion.verdict(conclusion.reason).evidence
    if conclusion.reason != SHIFTED:
        return told
    closing = [conclusion.verdict(code) for code in ("not_in_schedule", "off_grid")]
    first = next((verdict.evidence for verdict in closing if verdict.blocks), None)
    return f"{first}; but {told}" if first else told


def _offered(conclusion: Conclusion, asked: str) -> str:
    if conclusion.reason != OFFERED:
        return f"{asked} is offered: {conclusion.verdict(conclusion.reason).evidence}"
    doubts = [conclusion.verdict(code).evidence for code in conclusion.also]
    if doubts:
        return f"{asked} is offered, but a booking may be refused: {'; '.join(doubts)}"
    return f"{asked} is offered"


def remarks(facts: Facts, conclusion: Conclusion) -> list[str]:
    """Return what a person should know besides."""
    found = []
    text = f"{facts.asked:%H:%M}"
    if facts.offered and text != clock(facts.asked, facts.zone):
        found.append(
            f"in UTC it is {text}Z: who compares that text with {clock(facts.asked, facts.zone)}"
            f" ({facts.zone.key}) does not find it"
        )
    if conclusion.verdict("stale_cache").blocks:
        found.append(_stale(facts))
    return found


def _stale(facts: Facts) -> str:
    """Return what to do about a cache that shows the time differently, and what it may have done already."""
    length = f" --duration {facts.duration}" if facts.duration else ""
    anew = f"`askpro availability {facts.reference} --from {facts.day} --days 1{length} --refresh`"
    if facts.offered:
        return f"{anew} asks Cal.com anew"
    return (
        f"our cache still offers it, so the agent may have offered it too; {anew} asks Cal.com anew,"
        f" `askpro cache clear --event-type {facts.reference}` drops all of its times"
    )


def explanation(facts: Facts, conclusion: Conclusion) -> dict[str, Any]:
    """Return the whole answer as ``data`` shows it."""
    return {
        "event_type": event_type_view(facts.event_type) if facts.event_type else None,
        "timezone": facts.zone.key,
        "schedule_timezone": facts.schedule_zone.key if facts.schedule_zone else None,
        "asked": _three_clocks(facts.asked, facts) | {"minutes": facts.minutes},
        "offered": facts.offered,
        "reason": conclusion.reason,
        "also": list(conclusion.also),
        "headline": headline(facts, conclusion),
        "rules": [_rule(verdict) for verdict in conclusion.verdicts],
        "read": [_read(source) for source in facts.sources.values()],
        "nearest": _nearest(facts),
        "shift": _shift(facts, conclusion),
    }


def _three_clocks(instant: datetime, facts: Facts) -> dict[str, str | None]:
    there = facts.schedule_zone
    return {
        "utc": iso_utc(instant),
        "company": iso_local(instant, facts.zone),
        "schedule": iso_local(instant, there) if there else None,
    }


def _rule(verdict: Verdict) -> dict[str, Any]:
    return {
        "rule": verdict.rule,
        "verdict": verdict.verdict,
        "evidence": verdict.evidence,
        "source": verdict.source or None,
        "proven": verdict.proven if verdict.blocks else None,
    }


def _read(source: Source) -> dict[str, Any]:
    return {
        "what": source.what,
        "how": source.how.replace(" ", "_"),
        "request": source.request,
        "age_seconds": None if source.age is None else round(source.age, 3),
        "why": source.why or None,
    }


def _nearest(facts: Facts) -> list[dict[str, Any]]:
    """Return the offers nearest in time, the earlier of two that are equally near first."""
    free = [slot for slot in (facts.live.free if facts.live else []) if slot.start != facts.asked]
    free.sort(key=lambda slot: (abs(slot.start - facts.asked), slot.start))
    return [slot_view(slot, facts.zone, facts.schedule_zone) for slot in free[:MOST_NEAREST]]


def _shift(facts: Facts, conclusion: Conclusion) -> dict[str, Any] | None:
    shift = conclusion.shift
    if shift is None:
        return None
    return {
        "minutes": shift.minutes,
        "direction": shift.direction,
        "zone": shift.zone.key,
        "offered": _three_clocks(shift.meant, facts),
    }


def three_columns(facts: Facts) -> list[tuple[str, str]]:
    """Return the asked instant by each clock, for a person: zone and time."""
    zones = {zone.key: zone for zone in (ZoneInfo("UTC"), *facts.zones)}
    return [(name, moment(facts.asked, zone)) for name, zone in zones.items()]


def nearest_told(facts: Facts) -> str | None:
    """Return the nearest offers in one line, None without any."""
    nearest = _nearest(facts)
    if not nearest:
        return None
    told = ", ".join(
        f"{moment(start, facts.zone)} ({signed(round((start - facts.asked).total_seconds() / 60))})"
        for start in (datetime.fromisoformat(view["start_utc"]) for view in nearest)
    )
    return f"nearest offers: {told}"
