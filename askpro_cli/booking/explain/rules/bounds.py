"""What the event type says about any time: past, length, minimum notice, booking window."""

from __future__ import annotations

from datetime import timedelta

from askpro_cli.base.times import FURTHEST_ZONES, human_span
from askpro_cli.booking.explain.booking_window import Window, window_of
from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.offers import offered_days
from askpro_cli.booking.explain.verdicts import Verdict, blocks, passes, unknown
from askpro_cli.booking.explain.wording import clock, moment, named, span_of


def past(facts: Facts) -> Verdict:
    """Tell whether the time has gone by, by the vendor's clock."""
    seconds = (facts.now - facts.asked).total_seconds()
    if seconds > 0:
        return blocks("past", f"it began {human_span(seconds)} ago, by {facts.clock}", facts.clock)
    return passes("past", f"it is in {human_span(-seconds)}, by {facts.clock}", facts.clock)


def wrong_length(facts: Facts) -> Verdict:
    """Tell whether the event type can last that long, and whether that fits before closing."""
    rule, event_type, span = "wrong_length", facts.event_type, facts.span
    if event_type is None or span is None:
        return unknown(rule, facts.why_not("event type"))
    source = facts.told("event type")
    if not facts.length_is_bookable:
        lengths = sorted({event_type.length_in_minutes, *event_type.length_in_minutes_options})
        can = " or ".join(map(str, lengths))
        free = facts.live is not None and facts.live.slot_at(facts.asked) is not None
        else_free = f"; with {event_type.length_in_minutes} it is offered" if free else ""
        told = f"{named(event_type)} lasts {can} min, not {facts.duration}{else_free}"
        return blocks(rule, told, facts.told("event type", "slots"))
    stretch = facts.hours.stretch_at(facts.asked) if facts.hours and not facts.offered else None
    if stretch is not None and span.end > stretch.end:
        told = f"{facts.minutes} min do not fit before closing at {clock(stretch.end, facts.zone)}"
        return blocks(rule, told, facts.told("event type", "schedule"))
    return passes(rule, f"lasts {facts.minutes} min", source)


def minimum_notice(facts: Facts) -> Verdict:
    """Tell whether the time is nearer than the event type's minimum notice."""
    rule, event_type = "minimum_notice", facts.event_type
    if event_type is None:
        return unknown(rule, facts.why_not("event type"))
    notice = event_type.minimum_booking_notice or 0
    if not notice:
        return passes(rule, "the event type needs no notice", facts.told("event type"))
    earliest = facts.now + timedelta(minutes=notice)
    told = f"{span_of(notice)} notice: from {moment(earliest, facts.zone)} on, by {facts.clock}"
    if facts.now <= facts.asked < earliest:
        return blocks(rule, told, facts.told("event type"))
    return passes(rule, told, facts.told("event type"))


def booking_window(facts: Facts) -> Verdict:
    """Tell whether the time lies beyond, or before, the days that can be booked."""
    rule, event_type = "booking_window", facts.event_type
    if event_type is None:
        return unknown(rule, facts.why_not("event type"))
    window = window_of(event_type, facts.now, facts.clocks, facts.hours)
    if window is None:
        return passes(rule, "the event type has no booking window", facts.told("event type"))
    if window.rolling:
        return _rolling(facts, window)
    source = facts.told("event type")
    if facts.schedule_zone is None and not facts.offered and _near_an_edge(facts, window):
        return _near_edge_told(facts, window, source)
    if not _inside(facts, window) and not (facts.offered and facts.schedule_zone is None):
        upto = f": up to and with {window.last}" if window.size is not None else ""
        return blocks(rule, f"it can be booked {window.told()}{upto}", source)
    return passes(rule, f"it can be booked {window.told()}", source)


def _rolling(facts: Facts, window: Window) -> Verdict:
    """Judge a window of which only days with something free count: by what is offered, and by the schedule.

    As many days with offers as it counts use it up. Open days that are full do not count, so it may end
    later than the schedule alone says, never earlier.
    """
    rule, told = "booking_window", f"it can be booked {window.told()}"
    source = facts.told("event type", "slots", "schedule")
    ends = window.ends(facts.clocks)
    if (ends is not None and facts.asked < ends) or _offered_later(facts):
        return passes(rule, told, source)
    days = offered_days(facts)
    if window.size is not None and len(days) >= window.size and facts.day_of_schedule > max(days):
        return blocks(rule, f"{told}: up to and with {max(days)}", source)
    if ends is None:
        return unknown(rule, f"{told}, and {facts.why_not('schedule')}")
    return blocks(
        rule, f"{told}: up to and with {window.last}, and nothing later is offered", source, proven=False
    )


def _inside(facts: Facts, window: Window, shift: timedelta = timedelta()) -> bool:
    asked, begins, ends = facts.asked + shift, window.begins(facts.clocks), window.ends(facts.clocks)
    return (begins is None or begins <= asked) and (ends is None or asked < ends)


def _near_an_edge(facts: Facts, window: Window) -> bool:
    """Tell whether a schedule's zone could put the time on the other side of the window's end."""
    return (
        len({_inside(facts, window, shift) for shift in (-FURTHEST_ZONES, timedelta(), FURTHEST_ZONES)}) > 1
    )


def _near_edge_told(facts: Facts, window: Window, source: str) -> Verdict:
    told = f"it can be booked {window.told()}, by the schedule's zone, which is not known"
    if _inside(facts, window):
        return unknown("booking_window", told)
    return blocks("booking_window", told, source, proven=False)


def _offered_later(facts: Facts) -> bool:
    return facts.live is not None and any(slot.start >= facts.asked for slot in facts.live.free)
