"""Is what the vendor lists what was asked for? Its filters were ignored once, so each is held to the answer.

:class:`askpro_cli.calcom.filters.BookingFilter` judges what a booking says of itself; what takes a clock, a
name as people write it, or the event types of a team is judged here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from askpro_cli.calcom.filters import BookingFilter, SortWord
from askpro_cli.calcom.models import Booking, EventType

_SLACK = timedelta(minutes=5)
"""What may pass between the vendor's look at its clock and ours at the answer."""

_GONE = frozenset({"cancelled", "rejected"})


@dataclass(frozen=True, slots=True)
class Held:
    """Judges bookings by what was asked for.

    Args:
        wanted: the filter as it was sent.
        now: aware; past and upcoming are told from it, with five minutes of slack.
        of_teams: the event types of the teams asked for, None when no team was.
    """

    wanted: BookingFilter
    now: datetime
    of_teams: Sequence[EventType] | None = None

    def admits(self, booking: Booking) -> bool:
        """Tell whether *booking* is what was asked for; what its answer leaves out is not held against it."""
        return self._admits_name(booking) and self._admits_team(booking) and self._admits_status(booking)

    def _admits_name(self, booking: Booking) -> bool:
        """The vendor looks for equal names, older servers for parts of them: a part is enough."""
        asked = _folded(self.wanted.attendee_name or "")
        names = [_folded(person.name) for person in booking.attendees if person.name]
        return not asked or not names or any(asked in name for name in names)

    def _admits_team(self, booking: Booking) -> bool:
        """A managed event type has children with its slug; they are their hosts', and no list names them."""
        if self.of_teams is None or booking.of_event_type is None:
            return True
        managed = {kind.slug for kind in self.of_teams if kind.is_managed_parent}
        return booking.event_type.slug in managed or booking.of_event_type in {
            kind.id for kind in self.of_teams
        }

    def _admits_status(self, booking: Booking) -> bool:
        if not self.wanted.status:
            return True
        ahead = booking.end >= self.now - _SLACK
        behind = booking.end <= self.now + _SLACK
        stands = booking.status not in _GONE
        meant = {
            "upcoming": ahead and stands,
            "recurring": ahead and stands and bool(booking.recurring_booking_uid),
            "past": behind and stands,
            "cancelled": not stands,
            "unconfirmed": ahead and booking.status == "pending",
        }
        return any(meant[word] for word in self.wanted.status)


def in_order(bookings: list[Booking], wanted: BookingFilter) -> list[Booking]:
    """Return bookings in the order asked for, by start when none was."""
    key = _ORDERS[wanted.sort or "start"]
    return sorted(bookings, key=lambda one: (key(one), one.uid), reverse=wanted.descending)


_ORDERS: dict[SortWord, Callable[[Booking], datetime]] = {
    "start": lambda one: one.start,
    "end": lambda one: one.end,
    "created": lambda one: one.created_at or one.start,
    "updated": lambda one: one.updated_at or one.start,
}


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
