"""What a webhook says: the vendor's documents of its booking events, meetings, absences and the ping.

Shapes are those of the vendor's documented examples (2026). They differ in details that receivers trip over:
`startTime` ends in `Z`, in `+00:00` or in `.000Z`, the answers have other labels, and MEETING_* are flat.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from askpro_cli.sandbox.protocol.answers import iso_epoch, iso_ms
from askpro_cli.sandbox.webhooks.people import Document, labelled, organizer, people, plain_labels, utc_offset
from askpro_cli.sandbox.world.model import EventType
from askpro_cli.sandbox.world.register import Booking
from askpro_cli.sandbox.world.world import World

MEETINGS = frozenset({"MEETING_STARTED", "MEETING_ENDED"})
PING = "PING"
_BOOKER_URL = "https://app.example.org"
_MINUTE = 60


def event_document(world: World, trigger: str, booking: Booking, extra: Document, now: datetime) -> Document:
    """Return the whole body of *trigger* for *booking*; *extra* is what `World.emit` was given."""
    if trigger in MEETINGS:
        return {"triggerEvent": trigger, **_meeting(world, booking)}
    build = _PAYLOADS.get(trigger, _made)
    payload = build(world, booking, extra)
    return {"triggerEvent": trigger, "createdAt": iso_ms(now), "payload": payload}


def ping_document(now: datetime) -> Document:
    """Return the body of the vendor's ping test (source: its web application; V2 has no such endpoint)."""
    instant = iso_ms(now)
    language = {"locale": "en"}
    person = {
        "timeZone": "Europe/London",
        "language": language,
        "utcOffset": utc_offset("Europe/London", now),
    }
    payload = {
        "type": "Test",
        "title": "Test trigger event",
        "description": "",
        "startTime": instant,
        "endTime": instant,
        "attendees": [{"email": "jdoe@example.com", "name": "John Doe", **person}],
        "organizer": {"name": "Cal", "email": "no-reply@cal.com", **person},
    }
    return {"triggerEvent": PING, "createdAt": instant, "payload": payload}


def _made(world: World, booking: Booking, extra: Document) -> Document:
    """Return the payload of BOOKING_CREATED, BOOKING_REQUESTED and of a future trigger of that family."""
    event_type = world.event_types[booking.event_type_id]
    return {
        **_about(world, booking, _plain),
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "schedulingType": _scheduling(event_type),
        "seatsPerTimeSlot": event_type.seats_per_time_slot,
        "seatsShowAttendees": event_type.seats.show_attendee_info,
        "seatsShowAvailabilityCount": event_type.seats.show_availability_count,
        "disableRescheduling": event_type.disable_rescheduling,
        "disableCancelling": event_type.disable_cancelling,
        "responses": labelled(booking),
        "destinationCalendar": None,
        "oneTimePassword": None,
        "hashedLink": None,
        "iCalSequence": _sequence(world, booking),
        "metadata": dict(booking.metadata),
        "status": booking.status.upper(),
        **_team(world, booking),
        **_seat(extra),
    }


def _seat(extra: Document) -> Document:
    """Return which seat of a seated booking an event is about."""
    return {"attendeeSeatId": extra["seat_uid"]} if extra.get("seat_uid") else {}


def _instant(world: World, booking: Booking, _: Document) -> Document:
    """Return the short payload of INSTANT_MEETING: nobody takes part yet."""
    event_type = world.event_types[booking.event_type_id]
    return {
        "triggerEvent": "INSTANT_MEETING",
        "uid": booking.uid,
        "responses": dict(booking.responses),
        "connectAndJoinUrl": f"{_BOOKER_URL}/connect-and-join?token={booking.uid}",
        "eventTypeId": event_type.id,
        "eventTypeTitle": event_type.title,
        "customInputs": {},
    }


def _rescheduled(world: World, booking: Booking, extra: Document) -> Document:
    old = world.bookings.get(extra.get("moved_from") or booking.rescheduled_from or "")
    moved = {
        "rescheduleId": old.id if old else None,
        "rescheduleUid": old.uid if old else None,
        "rescheduleStartTime": _plain(old.start) if old else None,
        "rescheduleEndTime": _plain(old.end) if old else None,
        "rescheduledBy": booking.rescheduled_by,
    }
    return {**_made(world, booking, extra), **moved}


def _cancelled(world: World, booking: Booking, extra: Document) -> Document:
    event_type = world.event_types[booking.event_type_id]
    return {
        **_about(world, booking, _offset_text),
        "responses": plain_labels(booking),
        "destinationCalendar": [],
        "cancellationReason": booking.cancellation_reason,
        "cancelledBy": booking.cancelled_by or None,
        "seatsPerTimeSlot": event_type.seats_per_time_slot,
        "seatsShowAttendees": event_type.seats.show_attendee_info,
        "iCalSequence": _sequence(world, booking) + 1,
        "eventDescription": None,
        "price": None,
        "status": "CANCELLED",
        "requestReschedule": False,
        **_seat(extra),
    }


def _rejected(world: World, booking: Booking, extra: Document) -> Document:
    return {
        **_about(world, booking, iso_epoch),
        "responses": plain_labels(booking),
        "destinationCalendar": [],
        "hideCalendarNotes": False,
        "hideCalendarEventDetails": False,
        "rejectionReason": extra.get("reason", booking.cancellation_reason),
        "status": "REJECTED",
    }


def _no_show(_: World, booking: Booking, extra: Document) -> Document:
    """Return who was marked; the words for several and for the host are inferred."""
    people = [
        {"email": person["email"], "noShow": bool(person["noShow"])} for person in extra.get("attendees", ())
    ]
    if len(people) == 1:
        message = f"{people[0]['email']} {'marked' if people[0]['noShow'] else 'unmarked'} as no-show"
    else:
        message = "No-show status updated for attendees" if people else "No-show status updated for the host"
    document = {"message": message, "attendees": people, "bookingUid": booking.uid, "bookingId": booking.id}
    return document | ({"noShowHost": bool(extra["host"])} if extra.get("host") is not None else {})


_PAYLOADS: dict[str, Callable[[World, Booking, Document], Document]] = {
    "BOOKING_RESCHEDULED": _rescheduled,
    "BOOKING_CANCELLED": _cancelled,
    "BOOKING_REJECTED": _rejected,
    "BOOKING_NO_SHOW_UPDATED": _no_show,
    "INSTANT_MEETING": _instant,
}


def _meeting(world: World, booking: Booking) -> Document:
    """Return a booking as the vendor's database row, the flat body of MEETING_STARTED and MEETING_ENDED."""
    host = world.users[booking.host_ids[0]]
    return {
        "id": booking.id,
        "uid": booking.uid,
        "idempotencyKey": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{booking.start}.{booking.end}.{host.id}")),
        "userId": host.id,
        "userPrimaryEmail": host.email,
        "eventTypeId": booking.event_type_id,
        "title": booking.title,
        "description": booking.description,
        "customInputs": {},
        "responses": labelled(booking),
        "startTime": iso_epoch(booking.start),
        "endTime": iso_epoch(booking.end),
        "location": booking.location,
        "createdAt": iso_ms(booking.created_at),
        "updatedAt": iso_ms(booking.updated_at),
        "status": booking.status.upper(),
        "paid": False,
        "cancellationReason": None,
        "rejectionReason": None,
        "rescheduled": None,
        "fromReschedule": booking.rescheduled_from,
        "recurringEventId": booking.recurring_uid,
        "metadata": dict(booking.metadata),
        "isRecorded": False,
        "iCalUID": f"{booking.uid}@cal.com",
        "iCalSequence": _sequence(world, booking),
        "noShowHost": booking.absent_host,
        "cancelledBy": None,
        "rescheduledBy": booking.rescheduled_by,
        "user": {
            "email": host.email,
            "name": host.name,
            "timeZone": host.time_zone,
            "username": host.username,
        },
        "attendees": [
            {
                "id": person.get("id"),
                "email": person["email"],
                "name": person["name"],
                "timeZone": person["timeZone"],
                "phoneNumber": person.get("phoneNumber"),
                "locale": person.get("language", "en"),
                "bookingId": booking.id,
                "noShow": bool(person.get("absent")),
            }
            for person in booking.attendees
        ],
        "payment": [],
        "references": [],
    }


def _about(world: World, booking: Booking, written: Callable[[int], str]) -> Document:
    """Return what every payload of a booking has; *written* writes epoch seconds as the trigger does."""
    event_type = world.event_types[booking.event_type_id]
    host = next((world.users[host_id] for host_id in booking.host_ids), None)
    notes = str(booking.responses.get("notes") or booking.description)
    return {
        "bookerUrl": _BOOKER_URL,
        "title": booking.title,
        "type": event_type.slug,
        "startTime": written(booking.start),
        "endTime": written(booking.end),
        "length": (booking.end - booking.start) // _MINUTE,
        "additionalNotes": notes,
        "description": notes,
        "eventTypeId": event_type.id,
        "eventTitle": event_type.title,
        "eventDescription": event_type.description,
        "organizer": organizer(host, booking.start) if host else None,
        "attendees": people(booking),
        "customInputs": {},
        "userFieldsResponses": {},
        "uid": booking.uid,
        "bookingId": booking.id,
        "location": booking.location,
        "iCalUID": f"{booking.uid}@cal.com",
        "hideOrganizerEmail": False,
        "customReplyToEmail": None,
        "organizationId": None,
        "requiresConfirmation": event_type.requires_confirmation,
        "price": event_type.price,
        "currency": event_type.currency,
    }


def _team(world: World, booking: Booking) -> Document:
    """Return the team and its other hosts of a team event, nothing otherwise."""
    team = world.team_of.get(booking.event_type_id)
    if team is None:
        return {}
    members = [organizer(world.users[host], booking.start) for host in booking.host_ids[1:]]
    return {"team": {"id": team.id, "name": team.name, "members": members}}


def _scheduling(event_type: EventType) -> str | None:
    return {"roundRobin": "ROUND_ROBIN", "collective": "COLLECTIVE", "managed": "MANAGED"}.get(
        event_type.scheduling_type or ""
    )


def _sequence(world: World, booking: Booking) -> int:
    """Return how often the booking was moved."""
    moves, uid = 0, booking.rescheduled_from
    while uid is not None and (older := world.bookings.get(uid)) is not None:
        moves, uid = moves + 1, older.rescheduled_from
    return moves


def _plain(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _offset_text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
