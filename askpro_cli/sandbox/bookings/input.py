"""The bodies of create, reschedule and cancel in 2024-08-13 and 2026-02-25, as the pipes take them."""

from __future__ import annotations

from typing import Any

from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError
from askpro_cli.sandbox.protocol.inputs import (
    Complaints,
    is_email,
    is_filled,
    is_flag,
    is_iso,
    is_length,
    is_object,
    is_phone,
    is_text,
    is_texts,
    is_whole,
    is_zone,
    one_of,
)
from askpro_cli.sandbox.protocol.routing import V_2026_02_25

LANGUAGES = frozenset(
    {
        "ar",
        "ca",
        "de",
        "es",
        "eu",
        "he",
        "id",
        "ja",
        "lv",
        "pl",
        "ro",
        "sr",
        "th",
        "vi",
        "az",
        "cs",
        "el",
        "es-419",
        "fi",
        "hr",
        "it",
        "km",
        "nl",
        "pt",
        "ru",
        "sv",
        "tr",
        "zh-CN",
        "bg",
        "da",
        "en",
        "et",
        "fr",
        "hu",
        "iw",
        "ko",
        "no",
        "pt-BR",
        "sk",
        "sl",
        "ta",
        "uk",
        "zh-TW",
        "bn",
    }
)
_NEWER_KEYS = ("allowConflicts", "allowBookingOutOfBounds", "skipBookingLimits")
_CREATE_KEYS = (
    "start",
    "attendee",
    "bookingFieldsResponses",
    "eventTypeId",
    "eventTypeSlug",
    "username",
    "teamSlug",
    "organizationSlug",
    "guests",
    "meetingUrl",
    "location",
    "metadata",
    "lengthInMinutes",
    "routing",
    "emailVerificationCode",
    "instant",
)
_ATTENDEE_KEYS = ("name", "timeZone", "phoneNumber", "language", "email")
_SERIES_KEYS = (*(name for name in _CREATE_KEYS if name != "instant"), "recurrenceCount")
_RESCHEDULE_KEYS = ("start", "rescheduledBy", "reschedulingReason", "emailVerificationCode")
_RESCHEDULE_SEAT_KEYS = ("start", "rescheduledBy", "seatUid", "emailVerificationCode")
_CANCEL_KEYS = ("cancellationReason", "cancelSubsequentBookings")
_CANCEL_SEAT_KEYS = ("seatUid", "cancellationReason")
_MAX_METADATA_KEYS = 50
_MAX_METADATA_KEY = 40
_MAX_METADATA_VALUE = 500
_ISO = "{0} must be a valid ISO 8601 date string"


def _document(body: Any) -> dict[str, Any]:
    if body is None:
        raise ApiError(400, "Body is required")
    if not isinstance(body, dict):
        raise ApiError(400, "Body should be an object")
    return body


def _keys(base: tuple[str, ...], version: str) -> tuple[str, ...]:
    return (*base, *_NEWER_KEYS) if version == V_2026_02_25 else base


def check_create(body: Any, version: str) -> dict[str, Any]:
    """Return the create body; raises the pipe's 400 with every complaint.

    A body with `recurrenceCount` is held to the recurring input, which knows no `instant`.
    """
    document = _document(body)
    wrong = Complaints()
    known = _SERIES_KEYS if "recurrenceCount" in document else _CREATE_KEYS
    wrong.unknown(document, _keys(known, version))
    wrong.optional(document, "recurrenceCount", is_length, "recurrenceCount must not be less than 1")
    wrong.require(document, "start", is_iso, _ISO.format("start"))
    _check_attendee(wrong, document.get("attendee"))
    _check_identity(wrong, document)
    wrong.optional(document, "guests", is_texts, "each value in guests must be a string")
    wrong.optional(document, "lengthInMinutes", is_length, "lengthInMinutes must not be less than 1")
    wrong.optional(document, "bookingFieldsResponses", is_object, "bookingFieldsResponses must be an object")
    wrong.optional(document, "metadata", valid_metadata, messages.METADATA)
    wrong.optional(document, "instant", is_flag, "instant must be a boolean value")
    wrong.optional(document, "location", _valid_location, "location must be a booking location object")
    _check_flags(wrong, document)
    wrong.throw()
    return document


def _check_attendee(wrong: Complaints, attendee: Any) -> None:
    if not isinstance(attendee, dict):
        wrong.add("attendee", "attendee must be an object")
        return
    inner = Complaints()
    inner.unknown(attendee, _ATTENDEE_KEYS)
    inner.require(attendee, "name", is_filled, "name should not be empty, name must be a string")
    inner.require(attendee, "timeZone", is_zone, "timeZone must be a valid IANA time-zone")
    inner.optional(attendee, "email", is_email, "email must be an email")
    inner.optional(attendee, "phoneNumber", is_phone, "phoneNumber must be a valid phone number")
    allowed = ", ".join(sorted(LANGUAGES))
    inner.optional(
        attendee,
        "language",
        one_of(LANGUAGES),
        f"language must be one of the following values: {allowed}",
    )
    if not attendee.get("email") and not attendee.get("phoneNumber"):
        inner.add("email", messages.NO_CONTACT)
    wrong.nest("attendee", inner)


def _check_identity(wrong: Complaints, document: dict[str, Any]) -> None:
    wrong.optional(document, "eventTypeId", is_whole, "eventTypeId must be an integer number")
    for name in ("eventTypeSlug", "username", "teamSlug", "organizationSlug"):
        wrong.optional(document, name, is_text, f"{name} must be a string")
    by_slug = document.get("eventTypeSlug") and (document.get("username") or document.get("teamSlug"))
    if not document.get("eventTypeId") and not by_slug:
        wrong.add("eventTypeId", messages.NO_EVENT_TYPE)


def _check_flags(wrong: Complaints, document: dict[str, Any]) -> None:
    for name in _NEWER_KEYS:
        wrong.optional(document, name, is_flag, f"{name} must be a boolean value")


def _valid_location(location: Any) -> bool:
    """Tell whether *location* is a string (old clients) or an object with a type."""
    return isinstance(location, str) or (isinstance(location, dict) and is_filled(location.get("type")))


def valid_metadata(metadata: Any) -> bool:
    """Tell whether *metadata* keeps the vendor's limits: 50 keys of 40 characters, texts of 500."""
    if not isinstance(metadata, dict) or len(metadata) > _MAX_METADATA_KEYS:
        return False
    return all(len(key) <= _MAX_METADATA_KEY and _valid_metadata_value(metadata[key]) for key in metadata)


def _valid_metadata_value(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= _MAX_METADATA_VALUE
    return isinstance(value, bool | int | float)


def check_reschedule(body: Any, version: str) -> dict[str, Any]:
    """Return the reschedule body, of one seat when it names `seatUid`; raises the pipe's 400."""
    document = _document(body)
    wrong = Complaints()
    known = _RESCHEDULE_SEAT_KEYS if "seatUid" in document else _RESCHEDULE_KEYS
    wrong.unknown(document, _keys(known, version))
    _check_seat_uid(wrong, document)
    wrong.require(document, "start", is_iso, _ISO.format("start"))
    wrong.optional(document, "rescheduledBy", is_email, "rescheduledBy must be an email")
    wrong.optional(document, "reschedulingReason", is_text, "reschedulingReason must be a string")
    _check_flags(wrong, document)
    wrong.throw()
    return document


def check_cancel(body: Any) -> dict[str, Any]:
    """Return the cancel body ({} when there is none), of one seat with `seatUid`; raises the pipe's 400."""
    document = _document({} if body is None else body)
    wrong = Complaints()
    wrong.unknown(document, _CANCEL_SEAT_KEYS if "seatUid" in document else _CANCEL_KEYS)
    _check_seat_uid(wrong, document)
    wrong.optional(document, "cancellationReason", is_text, "cancellationReason must be a string")
    wrong.optional(
        document, "cancelSubsequentBookings", is_flag, "cancelSubsequentBookings must be a boolean value"
    )
    wrong.throw()
    return document


def _check_seat_uid(wrong: Complaints, document: dict[str, Any]) -> None:
    if "seatUid" in document:
        wrong.require(document, "seatUid", is_text, "seatUid must be a string")
