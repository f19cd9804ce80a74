"""Cal.com's triggers in the shapes of its documented examples (2026): wrapped, and the flat ``MEETING_*``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from askpro_cli.webhooks.samples.fresh import Document, Fresh

_TITLE = "Haarschnitt: Ada Friseurin und Mara Lindqvist"
_GUEST = {
    "name": "Mara Lindqvist",
    "email": "mara.lindqvist@example.org",
    "timeZone": "Europe/Berlin",
    "language": {"locale": "de"},
    "phoneNumber": "+491713920012",
}
_HOST = {
    "id": 1,
    "name": "Ada Friseurin",
    "email": "ada@example.org",
    "username": "ada",
    "timeZone": "Europe/Berlin",
    "language": {"locale": "de"},
    "timeFormat": "H:mm",
}
_RESPONSES = {
    "name": {"label": "your_name", "value": _GUEST["name"], "isHidden": False},
    "email": {"label": "email_address", "value": _GUEST["email"], "isHidden": False},
    "attendeePhoneNumber": {"label": "phone_number", "value": _GUEST["phoneNumber"], "isHidden": False},
}


def _uid(fresh: Fresh) -> str:
    return f"bk_{fresh.token}"


def _booking(fresh: Fresh, status: str) -> Document:
    return {
        "type": "haarschnitt",
        "title": _TITLE,
        "uid": _uid(fresh),
        "bookingId": fresh.now_s % 1_000_000,
        "eventTypeId": 1001,
        "eventTitle": "Haarschnitt",
        "length": 30,
        "startTime": fresh.instant(days=7),
        "endTime": fresh.instant(days=7, minutes=30),
        "organizer": _HOST,
        "attendees": [_GUEST],
        "responses": _RESPONSES,
        "location": "Example Street 1, Berlin",
        "iCalUID": f"{_uid(fresh)}@example.org",
        "metadata": {},
        "status": status,
    }


def _wrapped(fresh: Fresh, trigger: str, payload: Document) -> Document:
    return {"triggerEvent": trigger, "createdAt": fresh.instant(), "payload": payload}


def _of_booking(trigger: str, status: str, **more: Any) -> Callable[[Fresh], Document]:
    return lambda fresh: _wrapped(fresh, trigger, {**_booking(fresh, status), **more})


def _rescheduled(fresh: Fresh) -> Document:
    moved = {
        "rescheduleUid": f"bk_before_{fresh.token}",
        "rescheduleId": fresh.now_s % 1_000_000 - 1,
        "rescheduleStartTime": fresh.instant(days=6),
        "rescheduleEndTime": fresh.instant(days=6, minutes=30),
    }
    return _wrapped(fresh, "BOOKING_RESCHEDULED", {**_booking(fresh, "ACCEPTED"), **moved})


def _no_show(fresh: Fresh) -> Document:
    payload = {
        "message": f"{_GUEST['email']} marked as no-show",
        "attendees": [{"email": _GUEST["email"], "noShow": True}],
        "bookingUid": _uid(fresh),
        "bookingId": fresh.now_s % 1_000_000,
    }
    return _wrapped(fresh, "BOOKING_NO_SHOW_UPDATED", payload)


def _meeting(trigger: str) -> Callable[[Fresh], Document]:
    def make(fresh: Fresh) -> Document:
        booking = {name: value for name, value in _booking(fresh, "accepted").items() if name != "bookingId"}
        times = {"createdAt": fresh.instant(days=-7), "updatedAt": fresh.instant(days=-7)}
        here = {"startTime": fresh.instant(), "endTime": fresh.instant(minutes=30)}
        return {"triggerEvent": trigger, "id": fresh.now_s % 1_000_000, **booking, **times, **here}

    return make


def _video_no_show(trigger: str, who: str) -> Callable[[Fresh], Document]:
    def make(fresh: Fresh) -> Document:
        payload = {
            "title": _TITLE,
            "bookingId": fresh.now_s % 1_000_000,
            "bookingUid": _uid(fresh),
            "startTime": fresh.instant(minutes=-5),
            "endTime": fresh.instant(minutes=25),
            "participants": [],
            who: [{**_GUEST, "noShow": True}],
        }
        return _wrapped(fresh, trigger, payload)

    return make


def _absence(fresh: Fresh) -> Document:
    entry = {
        "id": 100,
        "uuid": f"ooo-{fresh.token}",
        "start": fresh.instant(days=14),
        "end": fresh.instant(days=21),
        "createdAt": fresh.instant(),
        "updatedAt": fresh.instant(),
        "notes": "Urlaub",
        "user": {"id": 1, "name": _HOST["name"], "email": _HOST["email"], "timeZone": "Europe/Berlin"},
        "toUser": None,
    }
    return _wrapped(fresh, "OOO_CREATED", {"oooEntry": entry})


def _form(trigger: str) -> Callable[[Fresh], Document]:
    def make(fresh: Fresh) -> Document:
        payload = {
            "formId": f"form-{fresh.token}",
            "formName": "Wunschtermin",
            "teamId": None,
            "responses": {"Wunsch": {"value": "Haarschnitt", "response": "Haarschnitt"}},
        }
        return {**_wrapped(fresh, trigger, payload), "Wunsch": "Haarschnitt"}

    return make


def _assignment(fresh: Fresh) -> Document:
    booking = {"uid": _uid(fresh), "id": fresh.now_s % 1_000_000, "title": _TITLE, "status": "ACCEPTED"}
    report = {"guest": _GUEST["email"], "host": {"email": _HOST["email"], "name": _HOST["name"]}}
    return _wrapped(fresh, "WRONG_ASSIGNMENT_REPORT", {"booking": booking, "report": report})


def _credential(fresh: Fresh) -> Document:
    payload = {
        "error": {"type": "CalendarAppDelegationCredentialError", "message": "Invalid grant"},
        "credential": {"id": 100, "type": "google_calendar", "appId": "google-calendar"},
        "user": {"id": 1, "email": _HOST["email"], "organizationId": 500},
    }
    return _wrapped(fresh, "DELEGATION_CREDENTIAL_ERROR", payload)


def _ping(fresh: Fresh) -> Document:
    payload = {
        "type": "Test",
        "title": "Test trigger event",
        "description": "",
        "startTime": fresh.instant(),
        "endTime": fresh.instant(),
        "attendees": [_GUEST],
        "organizer": _HOST,
    }
    return _wrapped(fresh, "PING", payload)


SAMPLES: dict[str, Callable[[Fresh], Document]] = {
    "BOOKING_CREATED": _of_booking("BOOKING_CREATED", "ACCEPTED"),
    "BOOKING_REQUESTED": _of_booking("BOOKING_REQUESTED", "PENDING"),
    "BOOKING_RESCHEDULED": _rescheduled,
    "BOOKING_CANCELLED": _of_booking(
        "BOOKING_CANCELLED", "CANCELLED", cancellationReason="verhindert", cancelledBy=_GUEST["email"]
    ),
    "BOOKING_REJECTED": _of_booking("BOOKING_REJECTED", "REJECTED", rejectionReason="ausgebucht"),
    "BOOKING_PAYMENT_INITIATED": _of_booking(
        "BOOKING_PAYMENT_INITIATED", "PENDING", price=4900, currency="eur"
    ),
    "BOOKING_PAID": _of_booking("BOOKING_PAID", "ACCEPTED", price=4900, currency="eur", paid=True),
    "BOOKING_NO_SHOW_UPDATED": _no_show,
    "MEETING_STARTED": _meeting("MEETING_STARTED"),
    "MEETING_ENDED": _meeting("MEETING_ENDED"),
    "RECORDING_READY": _of_booking(
        "RECORDING_READY", "ACCEPTED", downloadLink="https://example.org/recording"
    ),
    "RECORDING_TRANSCRIPTION_GENERATED": _of_booking(
        "RECORDING_TRANSCRIPTION_GENERATED", "ACCEPTED", downloadLinks={"transcription": []}
    ),
    "INSTANT_MEETING": _of_booking(
        "INSTANT_MEETING", "ACCEPTED", connectAndJoinUrl="https://example.org/join"
    ),
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW": _video_no_show("AFTER_HOSTS_CAL_VIDEO_NO_SHOW", "hosts"),
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW": _video_no_show("AFTER_GUESTS_CAL_VIDEO_NO_SHOW", "guests"),
    "OOO_CREATED": _absence,
    "FORM_SUBMITTED": _form("FORM_SUBMITTED"),
    "FORM_SUBMITTED_NO_EVENT": _form("FORM_SUBMITTED_NO_EVENT"),
    "ROUTING_FORM_FALLBACK_HIT": _form("ROUTING_FORM_FALLBACK_HIT"),
    "WRONG_ASSIGNMENT_REPORT": _assignment,
    "DELEGATION_CREDENTIAL_ERROR": _credential,
    "PING": _ping,
}
