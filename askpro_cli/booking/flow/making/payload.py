"""What a later run needs to finish a booking: in the row's payload, until the booking stands or is given up.

It holds personal data, so it is emptied with the step that makes it needless.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from askpro_cli.booking.requests import BookingRequest
from askpro_cli.calcom.models import EventType

_REQUEST = ("name", "email", "phone", "timezone", "language", "duration", "fields", "metadata", "location")


@dataclass(frozen=True, slots=True)
class Payload:
    """What was asked for.

    Args:
        request: as a person asked for it; fitted to the event type when it is sent.
        content: what the idempotency key stands for.
        reserve: hold the slot at the vendor meanwhile.
        event_type: id, slug, title, length, and team, for looking when the vendor lists it no more.
    """

    request: BookingRequest
    content: str
    reserve: bool
    event_type: Mapping[str, Any]

    def pack(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        asked = self.request
        plain = {name: getattr(asked, name) for name in _REQUEST}
        return {
            "request": plain | {"guests": list(asked.guests)},
            "content": self.content,
            "reserve": self.reserve,
            "event_type": dict(self.event_type),
        }

    @classmethod
    def unpack(cls, packed: Mapping[str, Any], event_type_id: int, start: datetime) -> Payload:
        """Return what :meth:`pack` wrote.

        Args:
            packed: from the row.
            event_type_id: the vendor's id.
            start: of the appointment.
        """
        fields = dict(packed["request"])
        fields["guests"] = tuple(fields["guests"])
        request = BookingRequest(event_type_id=event_type_id, start=start, **fields)
        return cls(request, packed["content"], packed["reserve"], packed["event_type"])


def known_of(event_type: EventType) -> dict[str, Any]:
    """Return what is worth remembering of an event type."""
    return {
        "id": event_type.id,
        "slug": event_type.slug,
        "title": event_type.title,
        "length": event_type.length_in_minutes,
        "team": event_type.team_id,
    }


def remembered(known: Mapping[str, Any]) -> EventType:
    """Return enough of an event type to look for its bookings."""
    return EventType(
        id=known["id"],
        slug=known["slug"],
        title=known["title"],
        length_in_minutes=known["length"],
        team_id=known["team"],
    )
