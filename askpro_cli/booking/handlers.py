"""What the worker calls for events that concern bookings; named in ``webhooks/handling.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from askpro_cli.webhooks.handling import Event, Handled

if TYPE_CHECKING:
    from askpro_cli.platform.tenancy import TenantSession


def handle_calcom(event: Event, session: TenantSession) -> Handled:
    """Bring what an event of Cal.com tells into the bookings and appointments of its company.

    The same event again, and any order of a booking's events, ends in the same rows.

    Args:
        event: with its company.
        session: of that company; the caller commits.

    Raises:
        PendingError: a run of ours is at the appointment right now; to be tried again shortly.
        VendorProtocolError: it is a booking's event and cannot be read.
        RecordsError: the database cannot be used.
    """
    raise NotImplementedError


def companies_of_calcom(event: Event, session: TenantSession) -> Sequence[str]:
    """Return the slugs of the companies that an event's event type is mapped to, or that know its booking.

    Args:
        event: its company is not known.
        session: of the whole platform.

    Returns:
        None or several where it is not known; nobody guesses.
    """
    raise NotImplementedError
