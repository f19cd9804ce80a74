"""Booking limits and seats: so many bookings or minutes of one event type in a period, so many a time.

As the vendor keeps them (its checkBookingLimits and checkDurationLimits): accepted bookings count, each in
the period its start lies in, by the schedule's zone; weeks begin on Sunday; a period is open or full as a
whole, so one offered time in it shows that it is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from askpro_cli.base.times import FURTHEST_ZONES, Interval, day_bounds
from askpro_cli.booking.explain.facts import Facts, SeenBookings
from askpro_cli.booking.explain.rules.bookings import joined_by
from askpro_cli.booking.explain.verdicts import Verdict, blocks, passes, unknown
from askpro_cli.calcom.models import Booking, EventType

UNITS = ("day", "week", "month", "year")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *most* bookings, or minutes booked, in the period around the asked time."""

    unit: str
    most: int
    counts_minutes: bool
    period: Interval

    def told(self) -> str:
        """Return the limit as a person says it: ``2 bookings a day``."""
        what = "min" if self.counts_minutes else ("booking" if self.most == 1 else "bookings")
        return f"{self.most} {what} a {self.unit}"


def limit(facts: Facts) -> Verdict:
    """Tell whether the event type's limits or seats are used up."""
    event_type = facts.event_type
    if event_type is None:
        return unknown("limit", facts.why_not("event type"))
    full = _full_seats(facts)
    if full:
        return full
    asked = list(limits_of(event_type, facts.day_of_schedule, facts.clocks))
    open_to_question = [found for found in asked if not _shown_open(facts, found)]
    if not asked:
        return passes("limit", "the event type has no booking limits", facts.told("event type"))
    if not open_to_question:
        told = ", ".join(found.told() for found in asked)
        return passes("limit", f"{told}: other times of the period are offered", facts.told("slots"))
    if facts.bookings is None:
        return unknown("limit", facts.why_not("bookings"))
    return _judged(facts, event_type, open_to_question, facts.bookings)


def _judged(facts: Facts, event_type: EventType, asked: list[Limit], seen: SeenBookings) -> Verdict:
    source = facts.told("event type", "bookings")
    for found in asked:
        used = _used(found, event_type, seen)
        room = facts.minutes or 0 if found.counts_minutes else 1
        if used + room > found.most:
            known = facts.schedule_zone is not None  # whose days and weeks are counted
            return blocks("limit", f"at most {found.told()}, {used} booked so far", source, proven=known)
    if not seen.complete or not all(_covers(seen, found) for found in asked):
        return unknown("limit", "not all bookings of the period were read")
    told = ", ".join(f"{found.told()}, {_used(found, event_type, seen)} booked" for found in asked)
    return passes("limit", told, source)


def limits_of(event_type: EventType, day: date, zone: ZoneInfo) -> Iterator[Limit]:
    """Yield the event type's limits for the periods that hold *day* of *zone*."""
    for name, counts_minutes in (("bookingLimitsCount", False), ("bookingLimitsDuration", True)):
        given = event_type.raw.get(name)
        if not isinstance(given, dict) or given.get("disabled"):
            continue
        for unit in UNITS:
            if isinstance(given.get(unit), int):
                yield Limit(unit, given[unit], counts_minutes, period_of(unit, day, zone))


def period_of(unit: str, day: date, zone: ZoneInfo) -> Interval:
    """Return the day, the week from Sunday, the month or the year that holds *day*."""
    first, last = _days(unit, day)
    return Interval(day_bounds(first, zone).start, day_bounds(last, zone).end)


def _days(unit: str, day: date) -> tuple[date, date]:
    if unit == "day":
        return day, day
    if unit == "week":
        sunday = day - timedelta(days=day.isoweekday() % 7)
        return sunday, sunday + timedelta(days=6)
    if unit == "month":
        following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return day.replace(day=1), following - timedelta(days=1)
    return day.replace(month=1, day=1), day.replace(month=12, day=31)


def periods_in_question(facts: Facts) -> list[Interval]:
    """Return the periods whose bookings must be counted, because nothing in them is offered."""
    if facts.event_type is None:
        return []
    asked = limits_of(facts.event_type, facts.day_of_schedule, facts.clocks)
    return [found.period for found in asked if not _shown_open(facts, found)]


def _shown_open(facts: Facts, found: Limit) -> bool:
    """Tell whether something else of the period is offered, well inside of it where its zone is not known."""
    period = found.period
    if facts.schedule_zone is None:
        margin = min(FURTHEST_ZONES, (period.end - period.start) / 3)
        period = Interval(period.start + margin, period.end - margin)
    return facts.live is not None and any(period.contains(slot.start) for slot in facts.live.free)


def _used(found: Limit, event_type: EventType, seen: SeenBookings) -> int:
    counted = [
        booking
        for booking in seen.bookings
        if booking.status == "accepted"
        and booking.of_event_type == event_type.id
        and found.period.contains(booking.start)
    ]
    return sum(map(_minutes, counted)) if found.counts_minutes else len(counted)


def _minutes(booking: Booking) -> int:
    return int((booking.end - booking.start).total_seconds() // 60)


def _covers(seen: SeenBookings, found: Limit) -> bool:
    return seen.window.start <= found.period.start and found.period.end <= seen.window.end


def _full_seats(facts: Facts) -> Verdict | None:
    """Return that all seats at the asked time are taken, None where they are not or it cannot be seen."""
    live = facts.live.slots if facts.live else ()
    slot = next((found for found in live if found.start == facts.asked), None)
    if slot is not None and slot.seats_remaining == 0:
        return blocks(
            "limit", f"all {slot.seats_total or ''} seats are taken".replace("  ", " "), facts.told("slots")
        )
    seats = facts.event_type.seats_per_time_slot if facts.event_type else None
    if not seats or facts.bookings is None:
        return None
    taken = sum(len(found.attendees) for found in facts.bookings.bookings if joined_by(facts, found))
    if taken < seats:
        return None
    return blocks("limit", f"all {seats} seats are taken", facts.told("event type", "bookings"))
