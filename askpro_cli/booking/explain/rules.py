"""The rules, one small pure function each: facts in, a verdict out. Instants are compared, never texts."""

from __future__ import annotations

from datetime import timedelta

from askpro_cli.base.times import human_span
from askpro_cli.booking.explain.booking_window import Window, window_of
from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.patterns import offered_days, offered_hours, seems_closed, seems_open
from askpro_cli.booking.explain.verdicts import PASSES, Verdict, blocks, passes, unknown
from askpro_cli.booking.explain.wording import clock, listed, moment, span_of, spans
from askpro_cli.calcom.models import EventType

_RESERVED_FOR = "5 min"
_FURTHEST_ZONES = timedelta(hours=26)
"""Between the clocks of UTC-12 and those of UTC+14."""


def wrong_event_type(facts: Facts) -> Verdict:
    """Tell whether the event type is there at all and has hosts; name others that offer the time."""
    rule, event_type = "wrong_event_type", facts.event_type
    if facts.missing:
        hint = _nearest_name(facts)
        return blocks(
            rule,
            f"Cal.com knows no event type {facts.reference} for this key{hint}",
            facts.told("event type", "slots"),
        )
    if event_type is None:
        return unknown(rule, facts.why_not("event type"))
    if event_type.team_id and "hosts" in event_type.raw and not event_type.hosts:
        return blocks(
            rule, f"{_named(event_type)} has no hosts, so it offers nothing", facts.told("event type")
        )
    if facts.elsewhere and not facts.offered:
        names = [f"{found.event_type.reference} ({found.event_type.id})" for found in facts.elsewhere]
        return blocks(
            rule,
            f"{_named(event_type)} does not offer it, {listed(names)} does",
            facts.told("event types"),
            proven=False,
        )
    hidden = ", hidden on the booking page" if event_type.hidden else ""
    return passes(rule, f"{_named(event_type)}{hidden}", facts.told("event type"))


def managed_parent(facts: Facts) -> Verdict:
    """Tell whether the event type is a template whose children, one a user, are booked instead."""
    rule, event_type = "managed_parent", facts.event_type
    if event_type is None:
        return unknown(rule, facts.why_not("event type"))
    if not event_type.is_managed_parent:
        return passes(rule, "no template of a managed event type", facts.told("event type"))
    children = [f"{child.id} ({child.reference})" for child in facts.children]
    certain = all(child.parent_event_type_id == event_type.id for child in facts.children)
    instead = (
        f"; bookable {'are' if certain else 'are, by their slug,'} its children {listed(children)}"
        if children
        else "; its children belong to its users, and this key sees none of them"
    )
    told = f"{_named(event_type)} is the parent of a managed event type: it has no slots and cannot be booked"
    return blocks(rule, told + instead, facts.told("event type", "event types"))


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
        told = f"{_named(event_type)} lasts {can} min, not {facts.duration}{else_free}"
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
    if facts.schedule_zone is None and _near_an_edge(facts, window):
        return _near_edge_told(facts, window, source)
    if not _inside(facts, window):
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
        len({_inside(facts, window, shift) for shift in (-_FURTHEST_ZONES, timedelta(), _FURTHEST_ZONES)}) > 1
    )


def _near_edge_told(facts: Facts, window: Window, source: str) -> Verdict:
    told = f"it can be booked {window.told()}, by the schedule's zone, which is not known"
    if _inside(facts, window):
        return unknown("booking_window", told)
    return blocks("booking_window", told, source, proven=False)


def _offered_later(facts: Facts) -> bool:
    return facts.live is not None and any(slot.start >= facts.asked for slot in facts.live.free)


def holiday(facts: Facts) -> Verdict:
    """Tell whether a public holiday closes the day: it is one, and nothing is offered on it."""
    rule, name = "holiday", facts.holidays.name(facts.day)
    place = f"public holidays of {facts.holidays.place}"
    if name is None:
        return passes(rule, f"{facts.day} is no public holiday in {facts.holidays.place}", place)
    if facts.live is None:
        return unknown(rule, f"{facts.day} is {name}; {facts.why_not('slots')}")
    if facts.live.on_day(facts.day, facts.zone):
        return passes(rule, f"{facts.day} is {name}, but times are offered on it", place)
    if facts.hours is not None and _closed_anyway(facts):
        return passes(rule, f"{facts.day} is {name}, but the weekday is closed anyway", place)
    return blocks(rule, f"{facts.day} is {name}, and nothing is offered on it", place)


def _closed_anyway(facts: Facts) -> bool:
    hours, day = facts.hours, facts.day_of_schedule
    return hours is not None and not hours.has_exception(day) and hours.is_closed_weekday(day)


def not_in_schedule(facts: Facts) -> Verdict:
    """Tell whether the schedule is closed at the asked time."""
    rule, hours = "not_in_schedule", facts.hours
    if facts.offered:
        return passes(rule, "Cal.com offers it", facts.told("slots"))
    if hours is None:
        return _by_what_is_offered(facts)
    day = facts.day_of_schedule
    opened = hours.day(day)
    kind = "the exception for" if hours.has_exception(day) else "the weekly plan on"
    told = f"{spans(opened, hours.zone)} {hours.zone.key}" if opened else "closed"
    sentence = f"schedule {hours.name!r}: {kind} {day:%A} {day} says {told}"
    if hours.stretch_at(facts.asked) is None:
        return blocks(rule, sentence, facts.told("schedule"))
    return passes(rule, sentence, facts.told("schedule"))


def _by_what_is_offered(facts: Facts) -> Verdict:
    """Judge by the offers of the days around where the schedule cannot be read."""
    rule, why, live = "not_in_schedule", facts.why_not("schedule"), facts.live
    if live is None or "schedule" not in facts.sources:
        return unknown(rule, why)  # who can still read a schedule need not guess
    if seems_open(facts):
        told = "the same time of that weekday is offered in another week"
        return Verdict(rule, PASSES, f"{told}; {why}", facts.told("slots"), proven=False)
    if seems_closed(facts):
        told = f"{offered_hours(facts)}, never then"
        return blocks(rule, f"{told}; {why}", facts.told("slots"), proven=False)
    return unknown(rule, why)


def reserved(facts: Facts) -> Verdict:
    """Say that a live reservation would hide the time; nobody but who made it can see one."""
    if facts.offered:
        return passes("reserved", "Cal.com offers it", facts.told("slots"))
    return unknown(
        "reserved", f"a reservation under way cannot be seen; it ends by itself, mostly after {_RESERVED_FOR}"
    )


def stale_cache(facts: Facts) -> Verdict:
    """Tell whether what ``askpro availability`` shows of the time differs from what the vendor says now."""
    rule = "stale_cache"
    if facts.cached is None:
        return passes(rule, "the day is not in the cache: `askpro availability` would ask Cal.com")
    shown = any(slot.start == facts.asked and slot.seats_remaining != 0 for slot in facts.cached)
    word = "offers" if shown else "does not offer"
    if facts.live is None or facts.offered is None:
        return unknown(rule, f"`askpro availability` {word} it; {facts.why_not('slots')}")
    source = facts.told("cached slots", "slots")
    if shown == facts.offered:
        return passes(rule, f"cache and Cal.com agree: `askpro availability` {word} it too", source)
    live = "offers" if facts.offered else "no longer offers"
    return blocks(rule, f"`askpro availability` {word} it, Cal.com {live} it", source)


def _nearest_name(facts: Facts) -> str:
    from askpro_cli.base.nearest import nearest

    names = {str(item.id): item for item in facts.known_types.values()}
    names |= {item.reference: item for item in facts.known_types.values()}
    meant = nearest(facts.reference, names)
    return f"; did you mean {meant}?" if meant else ""


def _named(event_type: EventType) -> str:
    return f"event type {event_type.id} ({event_type.reference})"
