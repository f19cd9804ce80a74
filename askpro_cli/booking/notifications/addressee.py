"""Who gets a mail: whoever booked, as they named themselves for this appointment.

A number leads to a customer, but not always to the person: somebody else may call from it, or the same person
with a new address. What was said then is kept with the appointment, and goes before what is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.booking.addresses import check_email
from askpro_cli.booking.customers.names import name_words
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.platform.schema import Appointment

ATTENDEE = "attendee"
"""Entry of an appointment's metadata: personal data, wiped with all of it."""

NO_ADDRESS = "the customer has no e-mail address"
MALFORMED = "the customer's e-mail address is malformed"
ANOTHER = "whoever booked gave no e-mail address, and another name than the customer's"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who gets a mail, or why nobody does.

    Args:
        name: as the person gave it.
        address: as mail servers take it; None where there is none to send to.
        language: what was preferred; there may be no words in it.
        reason: why there is no address.
    """

    name: str
    address: str | None
    language: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the customer whose appointment it is."""

    name: str
    email: str | None
    preferred_language: str


def attendee_of(request: BookingRequest) -> dict[str, Any]:
    """Return what is kept of who booked, as JSON takes it."""
    return {"name": request.name, "email": request.email, "language": request.language}


def addressee_of(appointment: Appointment, customer: Known | None) -> Addressee:
    """Return who gets the mails about an appointment.

    An address known of the customer is taken for somebody who gave none only under the customer's own name.

    Args:
        appointment: with or without an attendee of its own.
        customer: whose appointment it is, None for nobody's.
    """
    known = customer.name if customer else ""
    attendee = (appointment.booking_metadata or {}).get(ATTENDEE) or {}
    name = attendee.get("name") or known
    same = customer is not None and name_words(name) == name_words(known)
    language = customer.preferred_language if customer and same else attendee.get("language")
    own = customer.email if customer and same else None
    given = attendee.get("email") or own
    if not given:
        return Addressee(name, None, language, NO_ADDRESS if same or customer is None else ANOTHER)
    address = usable_address(given)
    return Addressee(name, address, language, None if address else MALFORMED)


def usable_address(text: str | None) -> str | None:
    """Return an address as mail servers take it; None where there is none, or a malformed one."""
    try:
        return check_email(text) if text else None
    except InvalidValueError:
        return None
