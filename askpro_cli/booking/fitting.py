"""What is wanted against what the event type allows, so that the vendor need not refuse it.

The vendor answers a missing booking field with ``responses - {slug}error_required_field``, a length or a
location it does not allow with 400, and a managed parent or an empty team with 400 or 422: here each is
a sentence with the option to use, before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from askpro_cli.base.errors import AskproError, InvalidValueError, RefusedError
from askpro_cli.base.nearest import nearest
from askpro_cli.booking.answers import read_answer
from askpro_cli.booking.places import fit_location
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.calcom.event_types.lookup import require_bookable
from askpro_cli.calcom.models import BookingField, EventType

# Answered by options of their own, or only asked when a booking is moved.
_ANSWERED_ELSEWHERE = frozenset({"name", "email", "location", "guests", "rescheduleReason"})
_ATTENDEE_PHONE = "attendeePhoneNumber"


def fit(request: BookingRequest, event_type: EventType) -> BookingRequest:
    """Return *request* as it can be sent: typed answers, a place, and a length where one may be chosen.

    Raises:
        RefusedError: this event type cannot be booked at all, by anybody.
        InvalidValueError: it is a managed parent, or contact, length, location, guests or booking fields do
            not fit (the hint says what does).
    """
    check_bookable(event_type)
    _check_contact(request, event_type)
    if request.guests and event_type.disable_guests:
        raise _misfit("--guest", event_type, "takes no guests")
    if request.instant and not event_type.team_id:
        raise _misfit("--instant", event_type, "is no team's: only a team is asked to come at once")
    return replace(
        request,
        location=fit_location(
            request.location, event_type.locations, phone=request.phone, named=_named(event_type)
        ),
        duration=fit_duration(request.duration, event_type),
        occurrences=fit_occurrences(request.occurrences, event_type),
        fields=_fit_fields(request, event_type),
    )


def check_bookable(event_type: EventType) -> None:
    """Raise unless *event_type* takes bookings.

    Raises:
        InvalidValueError: it is the parent of a managed event type; its children can be booked.
        RefusedError: it is a team's without hosts.
    """
    require_bookable(event_type)
    if event_type.team_id and "hosts" in event_type.raw and not event_type.hosts:
        raise _unbookable(event_type, "has no hosts", "assign a host to it")


def fit_duration(minutes: int | None, event_type: EventType) -> int | None:
    """Return the length to send: None where the event type has one only, which the vendor insists on.

    Raises:
        InvalidValueError: the event type does not allow it.
    """
    if minutes is None:
        return None
    if not event_type.allows_length(minutes):
        allowed = sorted({event_type.length_in_minutes, *event_type.length_in_minutes_options})
        lengths = ", ".join(str(length) for length in allowed)
        raise _misfit("--duration", event_type, f"does not last {minutes} min", hint=f"one of {lengths}")
    return minutes if event_type.length_in_minutes_options else None


def fit_occurrences(count: int | None, event_type: EventType) -> int | None:
    """Return how many appointments of a series to send, None for an event type without series.

    The vendor takes a missing number for the event type's greatest, so it must be said: nobody who asks
    for one appointment shall get twelve.

    Raises:
        InvalidValueError: the number is missing, too large, or given where there is no series.
    """
    series = event_type.recurrence or {}
    if not series or series.get("disabled"):
        if count is not None:
            raise _misfit("--occurrences", event_type, "books no series", hint="leave it out")
        return None
    most = series.get("occurrences")
    limit = f" of at most {most}" if most else ""
    if count is None:
        hint = f"add --occurrences N{f' (1 to {most})' if most else ''}"
        raise _misfit("--occurrences", event_type, f"books a series{limit}", hint=hint)
    if isinstance(most, int) and count > most:
        raise _misfit("--occurrences", event_type, f"books a series{limit}", hint=f"1 to {most}")
    return count


def planned_minutes(request: BookingRequest, event_type: EventType) -> int:
    """Return how long the appointment will last."""
    return request.duration or event_type.length_in_minutes


def _fit_fields(request: BookingRequest, event_type: EventType) -> dict[str, Any]:
    """Return the answers typed as their fields want them, after checking that none is missing."""
    known = {field.slug: field for field in event_type.booking_fields if field.slug}
    answers = dict(request.fields)
    if _ATTENDEE_PHONE in known and request.phone:
        answers.setdefault(_ATTENDEE_PHONE, request.phone)
    _check_known(answers, known, event_type)
    _check_required(answers, known, event_type)
    return {slug: read_answer(known[slug], answer) for slug, answer in answers.items()}


def _check_known(
    answers: Mapping[str, Any], known: Mapping[str, BookingField], event_type: EventType
) -> None:
    for slug in answers:
        if slug in _ANSWERED_ELSEWHERE:
            raise _misfit("--field", event_type, f"asks {slug!r} by an option of its own, not by --field")
        if slug not in known:
            meant = nearest(slug, known)
            asked = ", ".join(known) or "nothing"
            hint = f"did you mean {meant}?" if meant else f"it asks {asked}"
            raise _misfit("--field", event_type, f"has no booking field {slug!r}", hint=hint)


def _check_required(
    answers: Mapping[str, Any], known: Mapping[str, BookingField], event_type: EventType
) -> None:
    missing = [
        field
        for slug, field in known.items()
        if field.required and not field.hidden and slug not in _ANSWERED_ELSEWHERE and not answers.get(slug)
    ]
    if missing:
        slugs = ", ".join(field.slug for field in missing)
        hint = f"add {' '.join(map(_option_for, missing))}"
        raise _misfit("--field", event_type, f"needs an answer to {slugs}", hint=hint)


def _option_for(field: BookingField) -> str:
    """Return the option that answers *field*, with what may be chosen."""
    if field.slug == _ATTENDEE_PHONE:
        return "--phone …"
    choices = field.option_values
    return f"--field {field.slug}=…" + (f" (one of {', '.join(choices)})" if choices else "")


def _check_contact(request: BookingRequest, event_type: EventType) -> None:
    """Cal.com takes an attendee with a number alone only where the event type does not require an address."""
    asked = [field for field in event_type.booking_fields if field.type == "email" and field.is_default]
    if request.email is None and any(field.required and not field.hidden for field in asked):
        raise _misfit("--email", event_type, "requires an e-mail address", hint="add --email …")
    if request.email is None and request.phone is None:
        raise InvalidValueError(
            "an attendee needs an e-mail address or a telephone number", hint="give --email or --phone"
        )


def _misfit(option: str, event_type: EventType, what: str, hint: str | None = None) -> AskproError:
    return InvalidValueError(f"{option}: {_named(event_type)} {what}", subject=option, hint=hint)


def _unbookable(event_type: EventType, what: str, hint: str) -> AskproError:
    return RefusedError(
        f"{_named(event_type)} cannot be booked: it {what}", subject=str(event_type.id), hint=hint
    )


def _named(event_type: EventType) -> str:
    return f"event type {event_type.id} ({event_type.slug})"
