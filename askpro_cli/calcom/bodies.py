"""What we ask Cal.com to do, as typed requests that become exactly the JSON the vendor allows.

Unknown keys in these bodies are answered with 400 by the vendor, so nothing optional is written unless set.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import iso_utc

_SWITCHES_SINCE = "2026-02-25"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NewAttendee:
    """Who comes: a name, an IANA zone and at least one of e-mail and phone number (E.164)."""

    name: str
    time_zone: str
    email: str | None = None
    phone_number: str | None = None
    language: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the vendor's ``attendee`` object."""
        return given(
            name=self.name,
            timeZone=self.time_zone,
            email=self.email,
            phoneNumber=self.phone_number,
            language=self.language,
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NewBooking:
    """An appointment to be made.

    Args:
        event_type_id: a bookable event type (never a managed parent).
        start: the instant it starts, aware; sent in UTC.
        attendee: who comes.
        length_in_minutes: only for event types with several lengths, else the vendor refuses it.
        guests: further e-mail addresses.
        location: the vendor's location object, e.g. ``{"type": "attendeePhone", "phone": "+49…"}``.
        metadata: at most 50 keys of 40 characters with texts of 500.
        fields: answers to the event type's booking fields, by slug.
        recurrence_count: bookings of the series, at most the event type's own number; recurring ones only.
        instant: a meeting of a team that begins now.
        allow_conflicts: book a time that is taken; like the two below for bookings version 2026-02-25 only,
            and only for a key of the event type's host, from others the vendor ignores it silently.
        allow_out_of_bounds: book outside notice and window.
        skip_limits: book beyond the event type's limits.
    """

    event_type_id: int
    start: datetime
    attendee: NewAttendee
    length_in_minutes: int | None = None
    guests: tuple[str, ...] = ()
    location: dict[str, Any] | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    recurrence_count: int | None = None
    instant: bool = False
    allow_conflicts: bool = False
    allow_out_of_bounds: bool = False
    skip_limits: bool = False

    def for_version(self, version: str) -> dict[str, Any]:
        """Return the body for a bookings version; older ones refuse a key they do not know.

        Raises:
            InvalidValueError: it holds a switch of 2026-02-25, and *version* is older.
        """
        if version < _SWITCHES_SINCE and (
            self.allow_conflicts or self.allow_out_of_bounds or self.skip_limits
        ):
            raise InvalidValueError(
                f"conflicts, bounds and limits cannot be overruled before bookings version {_SWITCHES_SINCE}",
                subject="calcom.bookings_api_version",
                hint=f"set calcom.bookings_api_version to {_SWITCHES_SINCE}; the hosted Cal.com knows it",
            )
        return self.as_json()

    def as_json(self) -> dict[str, Any]:
        """Return the body of ``POST /v2/bookings``."""
        return given(
            start=iso_utc(self.start),
            eventTypeId=self.event_type_id,
            attendee=self.attendee.as_json(),
            lengthInMinutes=self.length_in_minutes,
            guests=list(self.guests) or None,
            location=self.location,
            metadata=self.metadata or None,
            bookingFieldsResponses=self.fields or None,
            recurrenceCount=self.recurrence_count,
            instant=self.instant or None,
            allowConflicts=self.allow_conflicts or None,
            allowBookingOutOfBounds=self.allow_out_of_bounds or None,
            skipBookingLimits=self.skip_limits or None,
        )


def reschedule_body(
    start: datetime, reason: str | None, rescheduled_by: str | None, seat_uid: str | None = None
) -> dict[str, Any]:
    """Return the body of ``POST …/reschedule``; its key is ``reschedulingReason``, others are refused.

    For a seat the vendor knows no reason.
    """
    return given(
        start=iso_utc(start),
        reschedulingReason=reason if seat_uid is None else None,
        rescheduledBy=rescheduled_by,
        seatUid=seat_uid,
    )


def cancel_body(reason: str, seat_uid: str | None = None, *, subsequent: bool = False) -> dict[str, Any]:
    """Return the body of ``POST …/cancel``: of a booking, of one seat, or of a series from here on."""
    return given(
        cancellationReason=reason, seatUid=seat_uid, cancelSubsequentBookings=True if subsequent else None
    )


def given(**values: Any) -> dict[str, Any]:
    """Return what is set; an optional key without a value is left out, not sent as null."""
    return {key: value for key, value in values.items() if value is not None}
