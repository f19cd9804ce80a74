"""What was typed as a filter of customers, checked before the records are opened."""

from __future__ import annotations

from dataclasses import dataclass

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.nearest import nearest
from askpro_cli.base.phones import normalise_phone
from askpro_cli.booking.addresses import check_email

_STATES = ("active", "merged", "erased", "all")


@dataclass(frozen=True, slots=True)
class WantedCustomers:
    """A checked filter; what is None does not count.

    Args:
        phone: E.164.
        email: in small letters.
        name: how a name begins.
        status: None for all.
        limit: at most so many.
    """

    phone: str | None
    email: str | None
    name: str | None
    status: str | None
    limit: int


def read_filter(
    *, phone: str | None, email: str | None, name: str | None, status: str, limit: int
) -> WantedCustomers:
    """Return the filter.

    Raises:
        InvalidValueError: a number, an address or a state that is none.
    """
    if status not in _STATES:
        meant = nearest(status, _STATES)
        hint = f"did you mean {meant}?" if meant else f"one of {', '.join(_STATES)}"
        raise InvalidValueError(f"--status: {status!r} is no state", subject="--status", hint=hint)
    return WantedCustomers(
        phone=normalise_phone(phone, field="--phone") if phone is not None else None,
        email=check_email(email).lower() if email is not None else None,
        name=" ".join(name.split()) if name is not None else None,
        status=None if status == "all" else status,
        limit=limit,
    )
