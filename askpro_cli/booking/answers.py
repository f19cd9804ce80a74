"""The answer to one booking field, read from text into the type the vendor wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.phones import normalise_phone
from askpro_cli.booking.addresses import check_email
from askpro_cli.calcom.models import BookingField

_TRUE = frozenset({"true", "yes", "ja", "1"})
_FALSE = frozenset({"false", "no", "nein", "0"})


def read_answer(field: BookingField, text: Any) -> Any:
    """Return the answer as the field's type: text, number, boolean, or a list split at commas.

    Args:
        field: the question.
        text: the answer as given on the command line; a value that is no text is passed on.

    Raises:
        InvalidValueError: the answer is not of the type, or not among the options. The message names the
            field, not the answer, which may be personal.
    """
    reader = _READERS.get(field.type)
    return reader(field, text) if reader and isinstance(text, str) else text


def _number(field: BookingField, text: str) -> int | float:
    try:
        value = float(text)
    except ValueError as error:
        raise _wrong(field, "takes a number") from error
    if value != value or abs(value) == float("inf"):  # noqa: PLR0124 - nan is the one value unlike itself
        raise _wrong(field, "takes a number")
    return int(value) if value.is_integer() else value


def _boolean(field: BookingField, text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise _wrong(field, "takes true or false")


def _choice(field: BookingField, text: str) -> str:
    options = field.option_values
    if options and text not in options:
        raise _wrong(field, f"takes one of {', '.join(options)}")
    return text


def _choices(field: BookingField, text: str) -> list[str]:
    return [_choice(field, part.strip()) for part in text.split(",") if part.strip()]


def _emails(field: BookingField, text: str) -> list[str]:
    return [check_email(part, field=f"--field {field.slug}") for part in text.split(",") if part.strip()]


def _phone(field: BookingField, text: str) -> str:
    return normalise_phone(text, field=f"--field {field.slug}")


def _wrong(field: BookingField, what: str) -> InvalidValueError:
    return InvalidValueError(f"--field: {field.slug!r} {what}", subject=f"--field {field.slug}")


# Types of API V2's booking fields; all others (text, textarea, address, url) are passed on as text.
_READERS: dict[str, Callable[[BookingField, str], Any]] = {
    "number": _number,
    "boolean": _boolean,
    "select": _choice,
    "radio": _choice,
    "multiselect": _choices,
    "checkbox": _choices,
    "multiemail": _emails,
    "phone": _phone,
}
