"""From the body of an event to what it tells; wrapped, flat, and of any age that the vendor has sent.

Source: the vendor's documented bodies. They write instants as ``…Z``, ``….000Z`` or ``…+00:00``, the
status in upper case, and leave out or null what they do not know.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.booking.events.told import Before, Told
from askpro_cli.booking.events.triggers import CANCELLED, FLAT, NO_SHOW_EVENT, SAYS, STATUSES, TELLS
from askpro_cli.calcom.documents import Document, Instant, TimedDocument
from askpro_cli.calcom.wire.reading import read_document
from askpro_cli.webhooks.handling import Event

_LONGEST_UID = 100
_LARGEST_ID = 2**63 - 1
_LONGEST_NUMBER = 20


class Person(Document, frozen=True, kw_only=True):
    """A host, by the user id; the vendor's older bodies leave it out."""

    id: int | None = None


class Team(Document, frozen=True, kw_only=True):
    """The other hosts of a team's booking."""

    members: list[Person] = []


class Marked(Document, frozen=True, kw_only=True):
    """An attendee and whether he did not come."""

    no_show: bool = False


class Body(TimedDocument, frozen=True, kw_only=True):
    """What askpro reads of a booking's event; everything may be missing."""

    instants = (
        "created_at",
        "updated_at",
        "start_time",
        "end_time",
        "reschedule_start_time",
        "reschedule_end_time",
    )

    uid: str = ""
    booking_uid: str = ""
    booking_id: int | None = None
    id: int | None = None
    event_type_id: int | str | None = None
    status: str = ""
    start_time: Instant | None = None
    end_time: Instant | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None
    reschedule_uid: str = ""
    from_reschedule: str = ""
    reschedule_id: int | None = None
    reschedule_start_time: Instant | None = None
    reschedule_end_time: Instant | None = None
    organizer: Person | None = None
    team: Team | None = None
    attendees: list[Marked] = []
    metadata: dict[str, Any] = {}
    attendee_seat_id: str = ""


def told_by(event: Event) -> Told:
    """Return what a booking's event tells.

    Where several people share a booking, one who moves or gives up a seat leaves the booking as it is.

    Args:
        event: of a trigger among :data:`~askpro_cli.booking.events.triggers.HANDLED`.

    Raises:
        VendorProtocolError: no uid, or a field of another type than the vendor's.
    """
    body = read_document(Body, inner(event), "payload")
    no_show = event.type == NO_SHOW_EVENT
    seat = body.attendee_seat_id or None
    return Told(
        trigger=event.type,
        uid=_uid(body.booking_uid or body.uid if no_show else body.uid or body.booking_uid),
        at=_happened(event, body),
        status=_status(event.type, body.status, seat),
        start=body.start_time,
        end=body.end_time,
        id=body.booking_id or body.id,
        event_type_id=event_type_of(body.event_type_id),
        before=None if seat else _before(body),
        hosts=_hosts(body),
        metadata=body.metadata,
        seat=seat,
        no_show=any(person.no_show for person in body.attendees) if no_show and body.attendees else None,
    )


def inner(event: Event) -> Any:
    """Return where the booking stands in a body: wrapped as ``payload``, or at the root."""
    document = event.document
    wrapped = document.get("payload") if isinstance(document, dict) else None
    return wrapped if isinstance(wrapped, dict) and event.type not in FLAT else document


def names_in(event: Event) -> tuple[list[str], int | None]:
    """Return the uids and the event type that an event names; nothing where it has another shape."""
    document = inner(event)
    if not isinstance(document, dict):
        return [], None
    found = (document.get(name) for name in ("uid", "bookingUid", "rescheduleUid", "fromReschedule"))
    uids = [uid for uid in found if isinstance(uid, str) and 0 < len(uid) <= _LONGEST_UID and uid.isascii()]
    return list(dict.fromkeys(uids)), event_type_of(document.get("eventTypeId"))


def event_type_of(value: Any) -> int | None:
    """Return the id of an event type, which some senders write as text; None for anything else."""
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < _LONGEST_NUMBER:
        value = int(value)
    known = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST_ID
    return value if known else None


def _uid(uid: str) -> str:
    if uid and len(uid) <= _LONGEST_UID and uid.isascii():
        return uid
    raise VendorProtocolError(
        "an event of a booking does not name it: payload.uid is missing or no uid",
        subject="payload.uid",
        hint="a payload template at Cal.com may leave it out: askpro webhooks lint FILE",
    )


def _status(trigger: str, told: str, seat: str | None) -> str | None:
    if trigger in SAYS:
        return None if seat and SAYS[trigger] == CANCELLED else SAYS[trigger]
    status = told.lower()
    return status if status in STATUSES and trigger in TELLS else TELLS.get(trigger)


def _happened(event: Event, body: Body) -> datetime:
    """Return when it happened: the wrapper's instant; flat ones have only those of the booking."""
    if event.type in FLAT and body.updated_at is not None:
        return body.updated_at
    wrapper = read_document(Body, {"createdAt": event.document.get("createdAt")}, "event")
    return wrapper.created_at or datetime.fromtimestamp(event.received_ms / 1000, UTC)


def _before(body: Body) -> Before | None:
    uid = body.reschedule_uid or body.from_reschedule
    if not uid:
        return None
    return Before(
        uid=_uid(uid),
        id=body.reschedule_id,
        start=body.reschedule_start_time,
        end=body.reschedule_end_time,
    )


def _hosts(body: Body) -> tuple[int, ...]:
    """Return the hosts' user ids, () where one of them is not named."""
    people = [body.organizer] if body.organizer else []
    people += body.team.members if body.team else []
    ids = [person.id for person in people]
    known = [one for one in ids if one is not None]
    return tuple(dict.fromkeys(known)) if len(known) == len(ids) else ()
