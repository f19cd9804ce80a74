"""What is left when everything else has been excluded: said as what it is, never as a proof."""

from __future__ import annotations

from collections.abc import Mapping

from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.offers import lies_within_offers, seems_open
from askpro_cli.booking.explain.rules.bookings import neighbours_beside
from askpro_cli.booking.explain.rules.event_type import only_elsewhere
from askpro_cli.booking.explain.verdicts import Verdict, blocks
from askpro_cli.booking.explain.wording import clock

_EXCLUDED_FOR_BUSY = frozenset({"limit", "off_grid", "holiday", "wrong_length", "booking_window"})
_EXCLUDED_FOR_BUFFER = _EXCLUDED_FOR_BUSY | {"busy"}
_EXCLUDED_FOR_CLOSED = _EXCLUDED_FOR_BUSY | {"busy", "buffer"}


def by_exclusion(facts: Facts, found: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """Return the verdict that replaces a rule's own, by its code; none where a rule explains the time.

    Args:
        facts: what was read.
        found: what every rule says on its own.
    """
    if facts.offered is not False or any(one.blocks for one in found.values() if one.rule != "stale_cache"):
        return {}
    for judge in (_buffer, _busy, _closed_that_day):
        verdict = judge(facts, found)
        if verdict is not None:
            return {verdict.rule: verdict}
    elsewhere = only_elsewhere(facts)
    return {elsewhere.rule: elsewhere} if elsewhere else {}


def _buffer(facts: Facts, found: Mapping[str, Verdict]) -> Verdict | None:
    """Return the buffer of a booking nearby whose event type could not be read any more."""
    beside = neighbours_beside(facts)
    if not beside or not _is_open(facts, found) or not _pass(found, _EXCLUDED_FOR_BUFFER):
        return None
    near = beside[0].own
    side = (
        f"ends at {clock(near.end, facts.zone)}"
        if near.end <= facts.asked
        else f"begins at {clock(near.start, facts.zone)}"
    )
    told = (
        f"by exclusion: booking {beside[0].booking.uid} {side}, nothing between it and the asked time is"
        f" offered, and the buffers of its event type were not read: likely one of them"
    )
    return blocks("buffer", told, facts.told("slots", "bookings", "own bookings"), proven=False)


def _busy(facts: Facts, found: Mapping[str, Verdict]) -> Verdict | None:
    """Return that the host must be taken, where the time is open and on the grid."""
    seen = facts.bookings is not None
    needed = _EXCLUDED_FOR_BUSY | ({"busy", "buffer"} if seen else set())
    if not _is_open(facts, found) or not _pass(found, needed):
        return None
    look = f"`askpro calendars busy --from {facts.day} --days 1` shows those of this key's owner"
    by = (
        f"a busy time of a calendar ({look}) or a reservation under way"
        if seen
        else f"a booking, its buffer, or a busy time of a calendar ({look})"
    )
    why = "" if seen else f" ({facts.why_not('bookings')})"
    if facts.hours is None:
        why += f", if no exception of the schedule closes it ({facts.why_not('schedule')})"
    shown = (
        "open, in the window, on the grid and not offered, so the host is taken"
        if facts.hours is not None
        else "the same time of that weekday is offered in another week and nothing that was read forbids it,"
        " so the host is likely taken"
    )
    told = f"by exclusion: {shown}: {by}{why}"
    return blocks("busy", told, facts.told("slots", "schedule", "bookings", "own bookings"), proven=False)


def _closed_that_day(facts: Facts, found: Mapping[str, Verdict]) -> Verdict | None:
    """Return that an exception closes the day, where no booking fills it and its schedule was not read."""
    if facts.hours is not None or not seems_open(facts) or not _pass(found, _EXCLUDED_FOR_CLOSED):
        return None
    if facts.bookings is None or (facts.live and facts.live.on_day(facts.day, facts.zone)):
        return None
    told = (
        f"by exclusion: nothing is offered on {facts.day}, no booking explains that, and the same weekday is"
        f" offered in another week: likely an exception of the schedule, or an absence;"
        f" {facts.why_not('schedule')}"
    )
    return blocks("not_in_schedule", told, facts.told("slots", "bookings", "own bookings"), proven=False)


def _pass(found: Mapping[str, Verdict], codes: frozenset[str]) -> bool:
    return all(found[code].passes for code in codes)


def _is_open(facts: Facts, found: Mapping[str, Verdict]) -> bool:
    """Tell whether the time is open: by the schedule, else by what other weeks and its own day offer.

    A schedule that can be read tells more than that: an exception may close a day from noon on. Where it
    cannot, a day that still offers something is open, if no booking that was read says otherwise.
    """
    if facts.hours is not None:
        return found["not_in_schedule"].passes
    of_team = facts.event_type is not None and facts.event_type.team_id is not None
    day_is_open = facts.live is not None and bool(facts.live.on_day(facts.day, facts.zone))
    shown = of_team or lies_within_offers(facts) or (day_is_open and facts.bookings is not None)
    return shown and found["not_in_schedule"].passes
