"""How an appointment is named on the command line: by its id, or by a uid of Cal.com."""

from __future__ import annotations

from askpro_cli.base.errors import InvalidValueError

_LARGEST_KEY = 2**63 - 1


def parse_appointment(text: str) -> int | str:
    """Return an id, or a uid: Cal.com's are never digits alone.

    Raises:
        InvalidValueError: neither; a number beyond every key, or nothing.
    """
    name = text.strip()
    if name.isascii() and name.isdigit():
        return check_appointment_id(int(name), field="appointment")
    if name and name.isascii() and name.isprintable() and " " not in name:
        return name
    raise InvalidValueError(
        f"{text!r} names no appointment",
        subject="appointment",
        hint="askpro appointments list shows their ids",
    )


def check_appointment_id(key: int, *, field: str) -> int:
    """Return an id that a row may have.

    Raises:
        InvalidValueError: it is not positive, or larger than any key.
    """
    if 0 < key <= _LARGEST_KEY:
        return key
    raise InvalidValueError(f"{field}: {key} is no id of an appointment", subject=field)
