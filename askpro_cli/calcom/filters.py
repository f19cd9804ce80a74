"""Which bookings are asked for; what the vendor filters is verified here, its filters were ignored once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import iso_utc
from askpro_cli.calcom.models import Booking

STATUS_WORDS = ("upcoming", "recurring", "past", "cancelled", "unconfirmed")
SortWord = Literal["start", "end", "created", "updated"]
_SORT_PARAMETERS: dict[SortWord, str] = {
    "start": "sortStart",
    "end": "sortEnd",
    "created": "sortCreated",
    "updated": "sortUpdatedAt",
}
_GONE = frozenset({"cancelled", "rejected"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFilter:
    """What a list of bookings is limited to; empty fields limit nothing.

    Args:
        status: any of :data:`STATUS_WORDS`; ``cancelled`` also lists the rejected ones.
        booking_uid: only this booking.
        attendee_email: exactly this address, case aside.
        attendee_name: part of the name, as the vendor understands it.
        event_type_ids: only these event types.
        team_ids: only bookings of these teams' event types; the vendor's filter alone, a booking does not
            name its team.
        after_start: starting at this instant or later.
        before_end: ending at this instant or earlier.
        after_created: made at this instant or later; likewise *before_created*.
        after_updated: changed at this instant or later (for a sync); likewise *before_updated*.
        sort: ``start``, ``end``, ``created`` or ``updated``; by default ``created``, which only grows at its
            end, or ``updated`` when it is filtered by that.
        descending: the last of that order first.
    """

    status: tuple[str, ...] = ()
    booking_uid: str | None = None
    attendee_email: str | None = None
    attendee_name: str | None = None
    event_type_ids: tuple[int, ...] = ()
    team_ids: tuple[int, ...] = ()
    after_start: datetime | None = None
    before_end: datetime | None = None
    after_created: datetime | None = None
    before_created: datetime | None = None
    after_updated: datetime | None = None
    before_updated: datetime | None = None
    sort: SortWord | None = None
    descending: bool = False

    def __post_init__(self) -> None:
        unknown = [word for word in self.status if word not in STATUS_WORDS]
        if unknown:
            raise InvalidValueError(
                f"unknown booking status {unknown[0]!r}",
                subject="status",
                hint=f"use {', '.join(STATUS_WORDS)}",
            )

    @property
    def order(self) -> SortWord:
        """Return the order the list is asked for in."""
        # A list sorted by creation only grows at its end; one for a sync must follow the changes.
        return self.sort or ("updated" if self.after_updated or self.before_updated else "created")

    def query(self, *, of_team: bool = False) -> dict[str, Any]:
        """Return the vendor's query parameters; a team's list knows fewer, the rest is verified here."""
        query = {
            "status": self.status or None,
            "bookingUid": self.booking_uid,
            "attendeeEmail": self.attendee_email,
            "attendeeName": self.attendee_name,
            "eventTypeIds": self.event_type_ids or None,
            "afterStart": _instant(self.after_start),
            "beforeEnd": _instant(self.before_end),
        }
        order = self.order
        if of_team:
            order = "created" if order == "updated" else order
        else:
            query |= {
                "teamsIds": self.team_ids or None,
                "afterCreatedAt": _instant(self.after_created),
                "beforeCreatedAt": _instant(self.before_created),
                "afterUpdatedAt": _instant(self.after_updated),
                "beforeUpdatedAt": _instant(self.before_updated),
            }
        return {**query, _SORT_PARAMETERS[order]: "desc" if self.descending else "asc"}

    def admits(self, booking: Booking) -> bool:
        """Tell whether *booking* is what was asked for; what its answer leaves out is not held against it."""
        return (
            self._admits_status(booking)
            and self.booking_uid in (None, booking.uid)
            and self._admits_people(booking)
            and (not self.event_type_ids or booking.of_event_type in {None, *self.event_type_ids})
            and _within(booking.start, self.after_start, None)
            and _within(booking.end, None, self.before_end)
            and _within(booking.created_at, self.after_created, self.before_created)
            and _within(booking.updated_at, self.after_updated, self.before_updated)
        )

    def _admits_status(self, booking: Booking) -> bool:
        """Judge by the status alone; past or upcoming is left to the vendor's clock."""
        if not self.status:
            return True
        allowed = {
            "cancelled": booking.status in _GONE,
            "unconfirmed": booking.status == "pending",
            "recurring": booking.status not in _GONE,
            "upcoming": booking.status not in _GONE,
            "past": booking.status not in _GONE,
        }
        return any(allowed[word] for word in self.status)

    def _admits_people(self, booking: Booking) -> bool:
        wanted = (self.attendee_email or "").casefold()
        known = {attendee.email.casefold() for attendee in booking.attendees if attendee.email}
        answers = booking.booking_fields_responses.get("email")
        if isinstance(answers, str):
            known.add(answers.casefold())
        return not wanted or not known or wanted in known


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else iso_utc(moment)


def _within(moment: datetime | None, first: datetime | None, last: datetime | None) -> bool:
    """Compare in whole seconds, as the bounds were sent."""
    if moment is None:
        return True
    whole = moment.replace(microsecond=0)
    return (first is None or whole >= first.replace(microsecond=0)) and (
        last is None or whole <= last.replace(microsecond=0)
    )
