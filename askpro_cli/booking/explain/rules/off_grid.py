"""The rule of the slot grid: 09:10 is not offered where slots start every 30 minutes, however free it is."""

from __future__ import annotations

from datetime import timedelta

from askpro_cli.base.intervals import joined, without
from askpro_cli.base.times import Interval, day_bounds
from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.grid import keeps_step, on_step, starts, step_of
from askpro_cli.booking.explain.rules.bookings import neighbours
from askpro_cli.booking.explain.verdicts import Verdict, blocks, passes, unknown
from askpro_cli.booking.explain.wording import listed, moment

RULE = "off_grid"


def off_grid(facts: Facts) -> Verdict:
    """Tell whether no slot starts at the asked time though it lies between slots.

    Shown by the offers where they cover the whole appointment, else by the vendor's rule for the grid.
    """
    if facts.offered:
        return passes(RULE, "Cal.com offers it", facts.told("slots"))
    interval = facts.interval
    if interval is None or facts.live is None:
        return unknown(RULE, facts.why_not("event type" if interval is None else "slots"))
    if lies_among_offers(facts):
        told = f"slots start every {interval} min; it lies between {_beside(facts)}"
        return blocks(RULE, told, facts.told("slots"))
    if _breaks_step(facts, interval):
        step = step_of(interval)
        told = f"slots start every {interval} min, at minutes that {step} divides{_nearest(facts)}"
        return blocks(RULE, told, facts.told("event type", "slots"))
    return _by_free_stretches(facts, interval)


def lies_among_offers(facts: Facts) -> bool:
    """Tell whether offered slots cover the asked appointment, yet none starts at its start."""
    span, live = facts.span, facts.live
    if span is None or live is None or facts.offered:
        return False
    free = joined(Interval(slot.start, slot.end) for slot in live.free)
    return any(part.start <= span.start and span.end <= part.end for part in free)


def _breaks_step(facts: Facts, interval: int) -> bool:
    """Tell whether the asked time is on no grid there can be, if all that is offered keeps the rule."""
    step, live = step_of(interval), facts.live
    if _offset(facts) or live is None or on_step(facts.asked, step, facts.clocks):
        return False
    if facts.schedule_zone is None and not live.free:
        return False  # the grid follows a clock that nothing has shown yet
    if not keeps_step(day_bounds(facts.day_of_schedule, facts.clocks), step, facts.clocks):
        return False
    return all(on_step(slot.start, step, facts.clocks) for slot in live.free)


def _by_free_stretches(facts: Facts, interval: int) -> Verdict:
    """Lay the grid over what is open and not taken."""
    hours, seen, event_type = facts.hours, facts.bookings, facts.event_type
    if _offset(facts) or hours is None or seen is None or not seen.complete or event_type is None:
        if step_of(interval) == interval:
            return passes(RULE, f"slots may start every {interval} min, also then", facts.told("event type"))
        return unknown(RULE, "where the grid begins is known only with schedule and bookings")
    taken = [found.kept for found in neighbours(facts, seen, event_type)]
    free = next(
        (part for part in without(hours.around(facts.asked), taken) if part.contains(facts.asked)), None
    )
    if free is None:
        return passes(RULE, "closed or taken, whatever the grid", facts.told("schedule", "bookings"))
    notice = timedelta(minutes=event_type.minimum_booking_notice or 0)
    grid = list(starts(free, facts.now + notice, interval, facts.length, facts.clocks))
    if facts.asked in grid:
        return passes(RULE, "a slot may start then", facts.told("event type", "schedule", "bookings"))
    told = f"slots start every {interval} min from {moment(free.start, facts.zone)} on{_nearest(facts)}"
    return blocks(RULE, told, facts.told("event type", "schedule", "bookings"))


def _offset(facts: Facts) -> bool:
    """Tell whether the event type moves its grid (``offsetStart``) in a way we do not work out."""
    return bool(facts.event_type and facts.event_type.raw.get("offsetStart"))


def _beside(facts: Facts) -> str:
    """Return the offered starts before and after the asked time."""
    free = facts.live.free if facts.live else []
    before = [slot.start for slot in free if slot.start < facts.asked][-1:]
    after = [slot.start for slot in free if slot.start > facts.asked][:1]
    return listed([moment(start, facts.zone) for start in (*before, *after)])


def _nearest(facts: Facts) -> str:
    told = _beside(facts)
    return f"; the offers beside it are {told}" if told else ""
