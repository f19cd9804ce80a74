"""Answers to an event type's booking fields: which are required and of what type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError, zod_error
from askpro_cli.sandbox.protocol.inputs import is_flag, is_number, is_text
from askpro_cli.sandbox.world.model import BookingField, EventType

_PHONE_SLUGS = ("attendeePhoneNumber", "smsReminderNumber")
_TEXT_TYPES = ("phone", "address", "text", "textarea", "url", "radio", "title", "notes")
_LIST_TYPES = ("multiemail", "multiselect", "checkbox")
_CHOICE_TYPES = ("select", "radio")
_SEVERAL_TYPES = ("multiselect", "checkbox")


def check_custom_fields(event_type: EventType, responses: Mapping[str, Any], phone: str | None) -> None:
    """Refuse missing and wrongly typed answers to the event type's own fields, in the vendor's words."""
    given = {**responses, **dict.fromkeys(_PHONE_SLUGS, phone)}
    for field in event_type.booking_fields:
        if field.is_default:
            continue
        value = given.get(field.slug)
        if value is None:
            if field.required:
                raise _missing(field, event_type)
            continue
        _check_type(field, value)


def _missing(field: BookingField, event_type: EventType) -> ApiError:
    if field.slug in _PHONE_SLUGS:
        return ApiError(400, messages.MISSING_PHONE)
    return ApiError(400, messages.missing_response(field.slug, event_type.id))


def _check_type(field: BookingField, value: Any) -> None:
    expected, fits = _expectation(field, value)
    if not fits:
        raise ApiError(400, f"Invalid type for booking field '{field.slug}'. Expected type {expected}.")
    if not field.options:
        return
    allowed = f"Allowed options are: {', '.join(field.options)}."
    if field.type in _CHOICE_TYPES and str(value) not in field.options:
        raise ApiError(400, f"Invalid option '{value}' for booking field '{field.slug}'. {allowed}")
    if field.type in _SEVERAL_TYPES and not set(map(str, value)) <= set(field.options):
        raise ApiError(400, f"One or more invalid options for booking field '{field.slug}'. {allowed}")


def _expectation(field: BookingField, value: Any) -> tuple[str, bool]:
    if field.type in _LIST_TYPES:
        return "array", isinstance(value, list)
    if field.type == "number":
        return "number", is_number(value)
    if field.type == "boolean":
        return "boolean", is_flag(value)
    if field.type == "select":
        return "string or number", is_text(value) or is_number(value)
    return "string", is_text(value)


def check_form(event_type: EventType, responses: Mapping[str, Any], email: str | None) -> None:
    """Refuse what only the booking form knows: the mail address and the vendor's own fields (Zod texts)."""
    if event_type.email_required and not email:
        raise zod_error("{email}error_required_field")
    for field in event_type.booking_fields:
        if field.is_default and field.required and not responses.get(field.slug):
            raise zod_error(f"{{{field.slug}}}error_required_field")
