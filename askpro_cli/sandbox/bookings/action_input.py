"""The bodies of what is done to a booking, as the global pipe takes them: unknown keys are dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from askpro_cli.sandbox.bookings.input import LANGUAGES
from askpro_cli.sandbox.protocol.answers import pipe_error
from askpro_cli.sandbox.protocol.inputs import (
    Check,
    is_email,
    is_filled,
    is_flag,
    is_object,
    is_phone,
    is_text,
    is_zone,
    one_of,
)

_MOST_GUESTS = 10
_LOCATIONS = frozenset({"address", "link", "phone", "attendeeAddress", "attendeePhone", "attendeeDefined"})
_is_place = one_of(_LOCATIONS)

Rules = Mapping[str, tuple[Check, str, str]]
_PERSON: Rules = {
    "email": (is_email, "isEmail", "email must be an email"),
    "name": (is_filled, "isString", "name must be a string"),
    "timeZone": (is_zone, "isTimeZone", "timeZone must be a valid IANA time-zone"),
    "phoneNumber": (is_phone, "isPhoneNumber", "phoneNumber must be a valid phone number"),
    "language": (one_of(LANGUAGES), "isEnum", "language must be one of the supported languages"),
}


def object_of(body: Any) -> dict[str, Any]:
    """Return the body; one that is no object counts as empty."""
    return body if isinstance(body, dict) else {}


def reason_of(body: Any) -> str:
    """Return the optional `reason`, "" without one; raises the pipe's 400."""
    reason = object_of(body).get("reason")
    if reason is not None and not is_text(reason):
        raise pipe_error({"reason": {"isString": "reason must be a string"}})
    return reason or ""


def check_absence(body: Any) -> dict[str, Any]:
    """Return who was absent: `host`, and `attendees` by their addresses; raises the pipe's 400."""
    document = object_of(body)
    host, people = document.get("host"), document.get("attendees")
    if host is not None and not is_flag(host):
        raise pipe_error({"host": {"isBoolean": "host must be a boolean value"}})
    if people is None:
        return {"host": host}
    if not isinstance(people, list) or not people:
        raise pipe_error({"attendees": {"arrayMinSize": "attendees must contain at least 1 elements"}})
    for person in people:
        if not is_object(person) or not is_email(person.get("email")):
            raise pipe_error({"attendees": {"isEmail": "email must be an email"}})
        if not is_flag(person.get("absent")):
            raise pipe_error({"attendees": {"isBoolean": "absent must be a boolean value"}})
    return {"host": host, "attendees": people}


def check_attendee(body: Any) -> dict[str, Any]:
    """Return a further attendee; raises the pipe's 400."""
    return _checked_person(object_of(body), required=("name", "timeZone", "email"))


def check_guests(body: Any) -> list[dict[str, Any]]:
    """Return the guests, 1 to 10, each with an address; raises the pipe's 400."""
    guests = object_of(body).get("guests")
    if not isinstance(guests, list) or not guests:
        raise pipe_error({"guests": {"arrayMinSize": "guests must contain at least 1 elements"}})
    if len(guests) > _MOST_GUESTS:
        text = f"guests must contain no more than {_MOST_GUESTS} elements"
        raise pipe_error({"guests": {"arrayMaxSize": text}})
    return [_checked_person(object_of(guest), required=("email",)) for guest in guests]


def _checked_person(person: dict[str, Any], *, required: tuple[str, ...]) -> dict[str, Any]:
    wrong = {
        name: {constraint: text}
        for name, (check, constraint, text) in _PERSON.items()
        if (name in required or person.get(name) is not None) and not check(person.get(name))
    }
    if wrong:
        raise pipe_error(wrong)
    return {name: person.get(name) for name in _PERSON}


def check_location(body: Any) -> dict[str, Any] | None:
    """Return the new place, None when the body names none; raises the pipe's 400."""
    location = object_of(body).get("location")
    if location is None:
        return None
    if not is_object(location) or not _is_place(location.get("type")):
        allowed = ", ".join(sorted(_LOCATIONS))
        raise pipe_error({"location": {"isIn": f"location type must be one of: {allowed}"}})
    found: dict[str, Any] = location
    return found
