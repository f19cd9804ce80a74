"""The bookings of a world, with the indexes that keep ten thousand of them quick to ask."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

BLOCKING = frozenset({"accepted", "pending"})
_FIRST_BOOKING_ID = 7001
_FIRST_ATTENDEE_ID = 30001

Person = dict[str, Any]


@dataclass(slots=True)
class Booking:
    """A booking; `start` and `end` are epoch seconds, the other times aware.

    `attendee` is who booked, `others` who came later: the seats of a seated booking and added guests. A
    seated booking's people carry `seatUid`, `responses` and `metadata`.
    """

    id: int
    uid: str
    event_type_id: int
    host_ids: tuple[int, ...]
    start: int
    end: int
    status: str
    title: str
    attendee: Person
    created_at: datetime
    updated_at: datetime
    others: list[Person] = field(default_factory=list)
    guests: list[str] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    responses: dict[str, Any] = field(default_factory=dict)
    location: str = ""
    description: str = ""
    cancellation_reason: str = ""
    cancelled_by: str = ""
    rescheduling_reason: str | None = None
    rescheduled_by: str | None = None
    rescheduled_from: str | None = None
    rescheduled_to: str | None = None
    recurring_uid: str | None = None
    absent_host: bool = False

    @property
    def attendees(self) -> list[Person]:
        """Everyone who takes part besides the hosts, in the order they came."""
        return [self.attendee, *self.others]

    def seat(self, seat_uid: str) -> Person | None:
        """Return who has the seat, None when nobody of this booking does."""
        return next((person for person in self.attendees if person.get("seatUid") == seat_uid), None)

    def remove_seat(self, seat_uid: str) -> None:
        """Take out who has the seat; the last one stays, his booking is what ends then."""
        left = [person for person in self.attendees if person.get("seatUid") != seat_uid]
        if left:
            self.attendee, self.others = left[0], left[1:]


class Calendar:
    """One host's accepted and pending bookings by their start."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, str]] = []
        self._bookings: dict[str, Booking] = {}
        self._longest = 0

    def __len__(self) -> int:
        return len(self._bookings)

    def put(self, booking: Booking) -> None:
        """Note a booking; one that is noted already stays: a booking never changes its times."""
        if booking.uid in self._bookings:
            return
        self._bookings[booking.uid] = booking
        insort(self._entries, (booking.start, booking.uid))
        self._longest = max(self._longest, booking.end - booking.start)

    def drop(self, booking: Booking) -> None:
        """Forget a booking, if it was noted."""
        if self._bookings.pop(booking.uid, None) is not None:
            del self._entries[bisect_left(self._entries, (booking.start, booking.uid))]

    def all(self) -> list[Booking]:
        """Return every booking by its start."""
        return [self._bookings[uid] for _, uid in self._entries]

    def touching(self, start: int, end: int) -> list[Booking]:
        """Return the bookings that may touch [*start*, *end*], epoch seconds; never one too few."""
        first = bisect_left(self._entries, (start - self._longest, ""))
        last = bisect_left(self._entries, (end + 1, ""))
        return [self._bookings[uid] for _, uid in self._entries[first:last]]


class Register:
    """Every booking, found by its uid, its host, its seat and its series."""

    def __init__(self) -> None:
        self.bookings: dict[str, Booking] = {}
        self._calendars: dict[int, Calendar] = {}
        self._seats: dict[str, str] = {}
        self._series: dict[str, list[Booking]] = {}
        self._people = 0

    def clear_bookings(self) -> None:
        """Forget every booking."""
        Register.__init__(self)

    def next_id(self) -> int:
        """Return the next numeric booking id."""
        return _FIRST_BOOKING_ID + len(self.bookings)

    def store(self, booking: Booking) -> None:
        """Keep a new or changed booking; it blocks its hosts while accepted or pending."""
        known = booking.uid in self.bookings
        self.bookings[booking.uid] = booking
        self._number(booking.attendees)
        self._seats |= {person["seatUid"]: booking.uid for person in booking.attendees if "seatUid" in person}
        if booking.recurring_uid and not known:
            self._series.setdefault(booking.recurring_uid, []).append(booking)
        for host_id in booking.host_ids:
            calendar = self._calendars.setdefault(host_id, Calendar())
            if booking.status in BLOCKING:
                calendar.put(booking)
            else:
                calendar.drop(booking)

    def _number(self, people: Iterable[Person]) -> None:
        for person in people:
            if "id" not in person:
                person["id"] = _FIRST_ATTENDEE_ID + self._people
                self._people += 1

    def assign(self, booking: Booking, host_ids: tuple[int, ...]) -> None:
        """Give a booking to other hosts."""
        for host_id in booking.host_ids:
            self._calendars[host_id].drop(booking)
        booking.host_ids = host_ids
        self.store(booking)

    def active_bookings(self, host_id: int) -> list[Booking]:
        """Return the host's accepted and pending bookings by their start."""
        calendar = self._calendars.get(host_id)
        return calendar.all() if calendar else []

    def active_touching(self, host_id: int, start: int, end: int) -> list[Booking]:
        """Return the host's accepted and pending bookings that may touch [*start*, *end*] (epoch seconds)."""
        calendar = self._calendars.get(host_id)
        return calendar.touching(start, end) if calendar else []

    def active_count(self, host_id: int) -> int:
        """Return how many accepted and pending bookings the host has."""
        return len(self._calendars.get(host_id, ()))

    def booking_of_seat(self, seat_uid: str) -> Booking | None:
        """Return the booking a seat belongs to; None when there is no such seat, or no longer."""
        booking = self.bookings.get(self._seats.get(seat_uid, ""))
        return booking if booking and booking.seat(seat_uid) else None

    def series(self, recurring_uid: str) -> list[Booking]:
        """Return the bookings of a recurring one by their start; none when the uid is not of a series."""
        return sorted(self._series.get(recurring_uid, []), key=lambda booking: booking.start)
