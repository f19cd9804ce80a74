"""What we ask Cal.com to do, as typed requests that become exactly the JSON the vendor allows.

Unknown keys in these bodies are answered with 400 by the vendor, so nothing optional is written unless set.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from askpro_cli.base.times import iso_utc


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
        return _given(
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
    """

    event_type_id: int
    start: datetime
    attendee: NewAttendee
    length_in_minutes: int | None = None
    guests: tuple[str, ...] = ()
    location: dict[str, Any] | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the body of ``POST /v2/bookings``."""
        return _given(
            start=iso_utc(self.start),
            eventTypeId=self.event_type_id,
            attendee=self.attendee.as_json(),
            lengthInMinutes=self.length_in_minutes,
            guests=list(self.guests) or None,
            location=self.location,
            metadata=self.metadata or None,
            bookingFieldsResponses=self.fields or None,
        )


def reschedule_body(start: datetime, reason: str | None, rescheduled_by: str | None) -> dict[str, Any]:
    """Return the body of ``POST …/reschedule``; its key is ``reschedulingReason``, others are refused."""
    return _given(start=iso_utc(start), reschedulingReason=reason, rescheduledBy=rescheduled_by)


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
