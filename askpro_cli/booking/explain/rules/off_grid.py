"""The rule of the slot grid: 09:10 is not offered where slots start every 30 minutes, however free it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from askpro_cli.base.intervals import joined, without
from askpro_cli.base.times import Interval, day_bounds
from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.grid import keeps_step, on_step, starts, step_of, step_told
from askpro_cli.booking.explain.offers import seems_open
from askpro_cli.booking.explain.rules.bookings import neighbours
from askpro_cli.booking.explain.verdicts import Verdict, blocks, passes, unknown
from askpro_cli.booking.explain.wording import clock, moment
from askpro_cli.calcom.models import EventType

RULE = "off_grid"
_ENOUGH = 4
"""Distances between offers, before they are taken for those of the grid."""


def off_grid(facts: Facts) -> Verdict:
    """Tell whether no slot starts at the asked time though it lies between slots.

    Shown by the offers where they lie around it, else by the vendor's rule for the grid.
    """
    if facts.start_is_offered:
        return passes(RULE, "Cal.com offers it", facts.told("slots"))
    if facts.live is None:
        return unknown(RULE, facts.why_not("slots"))
    if facts.event_type is None or facts.interval is None:
        return _by_distances(facts)
    every = facts.interval + _shift(facts)
    if lies_among_offers(facts):
        told = f"slots start every {every} min; it lies between {_beside(facts)}"
        return blocks(RULE, told, facts.told("slots"))
    if _breaks_step(facts, facts.interval):
        told = f"slots start every {every} min, {step_told(step_of(facts.interval))}{_nearest(facts)}"
        return blocks(RULE, told, facts.told("event type", "slots"))
    return _by_free_stretches(facts, facts.event_type, facts.interval)


def lies_among_offers(facts: Facts) -> bool:
    """Tell whether no slot starts then, though offers cover the whole appointment or are one step apart."""
    span, live = facts.span, facts.live
    if span is None or live is None or facts.start_is_offered:
        return False
    free = joined(Interval(slot.start, slot.end) for slot in live.free)
    if any(part.start <= span.start and span.end <= part.end for part in free):
        return True
    step = timedelta(minutes=(facts.interval or 0) + _shift(facts))
    before, after = _starts_beside(facts)
    return before is not None and after is not None and after - before == step


def _by_distances(facts: Facts) -> Verdict:
    """Judge by the offers alone: it lies between two that are as near to each other as any."""
    found = [slot.start for slot in facts.live.free] if facts.live else []
    apart = [later - earlier for earlier, later in pairwise(found)]
    before, after = _starts_beside(facts)
    if before is None or after is None or len(apart) < _ENOUGH or after - before != min(apart):
        return unknown(RULE, facts.why_not("event type"))
    every = int(min(apart).total_seconds() // 60)
    told = f"slots start every {every} min as it seems; it lies between {_beside(facts)}"
    return blocks(RULE, told, facts.told("slots"), proven=False)


def _breaks_step(facts: Facts, interval: int) -> bool:
    """Tell whether the asked time is on no grid there can be, if all that is offered keeps the rule."""
    step, live = step_of(interval), facts.live
    if _shift(facts) or live is None or on_step(facts.asked, step, facts.clocks):
        return False
    if facts.schedule_zone is None and not live.free:
        return False  # the grid follows a clock that nothing has shown yet
    if not keeps_step(day_bounds(facts.day_of_schedule, facts.clocks), step, facts.clocks):
        return False
    return all(on_step(slot.start, step, facts.clocks) for slot in live.free)


def _by_free_stretches(facts: Facts, event_type: EventType, interval: int) -> Verdict:
    """Lay the grid over what is open and not taken."""
    hours, seen = facts.hours, facts.bookings
    if hours is None or seen is None or not seen.complete:
        return _by_opening(facts, event_type, interval)
    taken = [found.kept for found in neighbours(facts, seen, event_type)]
    free = _holding(facts, without(hours.around(facts.asked), taken))
    if free is None:
        return passes(RULE, "closed or taken, whatever the grid", facts.told("schedule", "bookings"))
    grid = list(_grid(facts, event_type, interval, free))
    source = facts.told("event type", "schedule", "bookings")
    if facts.asked in grid:
        return passes(RULE, "a slot may start then", source)
    every = interval + _shift(facts)
    told = f"slots start every {every} min from {moment(free.start, facts.zone)} on{_nearest(facts)}"
    return blocks(RULE, told, source)


def _by_opening(facts: Facts, event_type: EventType, interval: int) -> Verdict:
    """Judge without bookings: before the first slot that the opening hours allow there is never one."""
    stretch = _holding(facts, facts.hours.around(facts.asked)) if facts.hours else None
    first = next(_grid(facts, event_type, interval, stretch), None) if stretch else None
    if first is not None and facts.asked < first:
        told = f"the first slot after opening begins at {clock(first, facts.zone)}{_nearest(facts)}"
        return blocks(RULE, told, facts.told("event type", "schedule"))
    if seems_open(facts):
        return passes(RULE, "a slot starts then in another week", facts.told("slots"))
    if step_of(interval) == interval and not _shift(facts):
        return passes(RULE, f"slots may start every {interval} min, also then", facts.told("event type"))
    return unknown(RULE, "where the grid begins is known only with schedule and bookings")


def _grid(facts: Facts, event_type: EventType, interval: int, free: Interval) -> Iterator[datetime]:
    earliest = facts.now + timedelta(minutes=event_type.minimum_booking_notice or 0)
    return starts(free, earliest, interval, facts.length, facts.clocks, _shift(facts))


def _holding(facts: Facts, stretches: Iterable[Interval]) -> Interval | None:
    return next((part for part in stretches if part.contains(facts.asked)), None)


def _shift(facts: Facts) -> int:
    """Return the minutes by which the event type moves its starts (``offsetStart``)."""
    return (facts.event_type.offset_start or 0) if facts.event_type else 0


def _starts_beside(facts: Facts) -> tuple[datetime | None, datetime | None]:
    """Return the last offered start before the asked time and the first one after it."""
    found = [slot.start for slot in facts.live.free] if facts.live else []
    before = max((start for start in found if start < facts.asked), default=None)
    return before, min((start for start in found if start > facts.asked), default=None)


def _beside(facts: Facts) -> str:
    """Return the offered starts before and after the asked time."""
    return " and ".join(moment(start, facts.zone) for start in _starts_beside(facts) if start is not None)


def _nearest(facts: Facts) -> str:
    told = _beside(facts)
    return f"; the offers beside it are {told}" if told else ""
