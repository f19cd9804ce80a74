"""Differences between cache and Cal.com as findings: one an event type and day, and in short for a person.

One booking made elsewhere takes a time from every event type of its host. A line a day of each, with all the
times twice, would hide that; so a person reads a line an event type, and what to do once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from askpro_cli.base.findings import Check, Finding
from askpro_cli.base.times import human_span, is_repeated, iso_local
from askpro_cli.calcom.upkeep.cache_diff import Compared, Days
from askpro_cli.calcom.upkeep.checks import CAL010, CAL011
from askpro_cli.shell.actions.vendor_meta import counted

_TOLD = 5  # times named in a sentence; all stand in the data


def findings_of(one: Compared, zone: ZoneInfo) -> Iterator[Finding]:
    """Yield a finding a day: times that are gone, and times that the cache lacks."""
    age = human_span(one.age or 0.0)
    for day, starts in sorted(one.gone.items()):
        times = _times(starts, zone)
        yield _finding(CAL010, one, day, f"Cal.com does not offer {times}", f"cached {age} ago: {times}")
    for day, starts in sorted(one.unseen.items()):
        times = _times(starts, zone)
        yield _finding(CAL011, one, day, f"Cal.com offers {times}", f"not in the cache, {age} old: {times}")


def in_short(found: Sequence[Compared], zone: ZoneInfo) -> list[Finding]:
    """Return the same for a person: one a check and event type, with how many times and the first ones."""
    differing = {one.item.event_type.id for one in found if one.gone or one.unseen}
    hint = _hint(*differing) if len(differing) == 1 else "askpro cache clear --prefix slots"
    return [short for one in found for short in _shorts(one, zone, hint)]


def _shorts(one: Compared, zone: ZoneInfo, hint: str) -> Iterator[Finding]:
    age = human_span(one.age or 0.0)
    if one.gone:
        what, which = f"cached {age} ago and no longer offered", _first(one.gone, zone)
        yield _short(CAL010, one, f"{_count(one.gone)} {what}: {which}", hint)
    if one.unseen:
        what, which = f"offered and not in the cache, {age} old", _first(one.unseen, zone)
        yield _short(CAL011, one, f"{_count(one.unseen)} {what}: {which}", hint)


def _short(check: Check, one: Compared, what: str, hint: str) -> Finding:
    sentence = f"{one.item.name}: {what}"
    return Finding(check.code, one.item.name, "no difference", what, hint, check.severity, sentence=sentence)


def _finding(check: Check, one: Compared, day: date, expected: str, actual: str) -> Finding:
    subject = f"{one.item.name} {day}"
    return Finding(check.code, subject, expected, actual, _hint(one.item.event_type.id), check.severity)


def _hint(event_type_id: int) -> str:
    return f"askpro cache clear --event-type {event_type_id}"


def _count(days: Days) -> str:
    return counted(sum(map(len, days.values())), "time")


def _first(days: Days, zone: ZoneInfo) -> str:
    """Return the first times of several days: ``2026-11-24 10:00, 10:30; 2026-11-25 09:00 and 3 more``."""
    told: dict[date, list[datetime]] = {}
    every = [(day, start) for day, starts in sorted(days.items()) for start in sorted(starts)]
    for day, start in every[:_TOLD]:
        told.setdefault(day, []).append(start)
    text = "; ".join(f"{day} {_times(starts, zone)}" for day, starts in told.items())
    return text + _more(len(every))


def _times(starts: Iterable[datetime], zone: ZoneInfo) -> str:
    """Return local times of one day, ``10:00, 10:30``; with an offset where clocks show a time twice."""
    ordered = sorted(starts)
    told = [
        iso_local(start, zone)[11:] if is_repeated(start, zone) else iso_local(start, zone)[11:16]
        for start in ordered[:_TOLD]
    ]
    return ", ".join(told) + _more(len(ordered))


def _more(number: int) -> str:
    return f" and {number - _TOLD} more" if number > _TOLD else ""
