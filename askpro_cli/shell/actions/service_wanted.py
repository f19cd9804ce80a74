"""What was typed to book a service of the records, checked before anything is opened.

Imports nothing heavy, so that a slip is told at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from askpro_cli.base.errors import UsageError
from askpro_cli.booking import requests as checks
from askpro_cli.booking.flow.mapping.wishes import AppointmentWish, ServiceWish
from askpro_cli.booking.keys import check_given_key
from askpro_cli.booking.places import parse_location
from askpro_cli.shell.actions.wanted import read_start, required_name

if TYPE_CHECKING:
    from askpro_cli.shell.actions.wanted import Typed
    from askpro_cli.shell.context import App


def read_wish(app: App, typed: Typed, service: ServiceWish) -> AppointmentWish:
    """Return the appointment that is wanted; what is not typed is the customer's own.

    Raises:
        UsageError: an option that only an event type takes, or nobody is named who comes.
        InvalidValueError: something is malformed, out of limits, or past.
    """
    _refuse_others(typed)
    start = read_start(app, typed.start)
    known = service.customer is not None
    name = None if known and typed.name is None else checks.check_name(required_name(typed.name))
    email, phone = checks.check_contact(typed.email, typed.phone, known=known)
    return AppointmentWish(
        service,
        start,
        name,
        email,
        phone,
        app.company.language,
        app.company.timezone,
        key=None if typed.key is None else check_given_key(typed.key),
        reserve=typed.reserve,
        source="phone" if service.call else "cli",
        fields=checks.parse_pairs(typed.fields, option="--field"),
        metadata=checks.check_metadata(checks.parse_pairs(typed.metadata, option="--metadata")),
        guests=checks.check_guests(typed.guests),
        location=parse_location(typed.location, phone=phone),
    )


def _refuse_others(typed: Typed) -> None:
    """Raise for what an appointment of a service cannot have: it is one, of the service's length."""
    given = {
        "--duration": typed.duration is not None,
        "--occurrences": typed.occurrences is not None,
        "--instant": typed.instant,
        **{checks.RULES[rule]: True for rule in typed.rules},
    }
    option = next((name for name, present in given.items() if present), None)
    if option is not None:
        raise UsageError(f"{option} goes with EVENT_TYPE, not with --service", subject=option)
