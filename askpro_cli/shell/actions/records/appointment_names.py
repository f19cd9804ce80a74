"""How an appointment is named on the command line: by its id, or by a uid of Cal.com."""

from __future__ import annotations

from collections.abc import Mapping

from askpro_cli.base.errors import InvalidValueError, UsageError
from askpro_cli.base.row_keys import LARGEST_KEY


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
    if 0 < key <= LARGEST_KEY:
        return key
    raise InvalidValueError(f"{field}: {key} is no id of an appointment", subject=field)


def named(uid: str | None, appointment: int | None) -> int | str:
    """Return what is to be changed: UID_OR_ID or --appointment, exactly one of the two.

    Raises:
        UsageError: both or neither are given.
        InvalidValueError: it is neither an id nor a uid.
    """
    if uid is not None and appointment is not None:
        raise UsageError("UID and --appointment exclude each other", subject="--appointment")
    if appointment is not None:
        return check_appointment_id(appointment, field="--appointment")
    if uid is None:
        raise UsageError(
            "nothing says what is meant: name a uid of Cal.com, or --appointment",
            subject="uid",
            hint="askpro appointments list shows both",
        )
    return parse_appointment(uid)


def refuse_parts(given: Mapping[str, bool]) -> None:
    """Raise for options about a part of a booking, which an appointment has not.

    Raises:
        UsageError: one is given.
    """
    option = next((name for name, present in given.items() if present), None)
    if option is not None:
        raise UsageError(f"{option} does not go with an appointment of the records", subject=option)


def refuse_unknown(given: Mapping[str, bool]) -> None:
    """Raise for options about an appointment, where the records know none.

    Raises:
        UsageError: one is given.
    """
    option = next((name for name, present in given.items() if present), None)
    if option is not None:
        raise UsageError(
            f"{option} goes with an appointment, and the records know none of this uid", subject=option
        )
