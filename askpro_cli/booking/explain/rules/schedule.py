"""Opening hours: whether the schedule is open then, and whether a public holiday closes the day."""

from __future__ import annotations

from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.offers import closed_told, looked_at, nothing_offered, seems_open
from askpro_cli.booking.explain.verdicts import PASSES, Verdict, blocks, passes, unknown
from askpro_cli.booking.explain.wording import spans


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
    closed = closed_told(facts)
    if closed is not None:
        return blocks(rule, f"{closed}; {why}", facts.told("slots"), proven=False)
    if nothing_offered(facts) and not _limits(facts):
        return blocks(rule, f"{_nothing(facts)}; {why}", facts.told("slots"), proven=False)
    return unknown(rule, why)


def _limits(facts: Facts) -> bool:
    """Tell whether a limit may have used the period up."""
    known = facts.event_type
    return known is not None and bool(known.booking_limits_count or known.booking_limits_duration)


def _nothing(facts: Facts) -> str:
    first, last = looked_at(facts)
    why = "its hosts have no opening hours, are away or booked up"
    return f"nothing at all is offered from {first} to {last}: {why}"
