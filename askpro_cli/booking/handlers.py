"""What the worker calls for events that concern bookings; named in ``webhooks/handling.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.booking.effects import forgetting
from askpro_cli.booking.events import companies
from askpro_cli.booking.events.bringing import OF_NOBODY, bring
from askpro_cli.booking.events.reading import inner, names_in, told_by
from askpro_cli.booking.events.strangers import write_unknown
from askpro_cli.booking.events.told import Told
from askpro_cli.booking.events.triggers import CHANGES_SLOTS, OUT_OF_OFFICE, why_ignored
from askpro_cli.webhooks.handling import Effect, Event, Handled

if TYPE_CHECKING:
    from askpro_cli.platform.tenancy import TenantSession


def handle_calcom(event: Event, session: TenantSession) -> Handled:
    """Bring what an event of Cal.com tells into the bookings and appointments of its company.

    The same event again, and any order of a booking's events, ends in the same rows (``docs/webhooks.md``).

    Args:
        event: with its company.
        session: of that company; the caller commits.

    Raises:
        PendingError: a run of ours is at the appointment right now; to be tried again shortly.
        RefusedError: another company has the booking.
        VendorProtocolError: it is a booking's event and cannot be read.
    """
    ignored = why_ignored(event.type)
    if ignored is not None:
        return Handled("ignored", ignored, _of_absence(event))
    told = told_by(event)
    if told.seat is not None and told.status is None:
        return Handled(
            reason="one seat was given up; the booking stands for others", effects=_of(event, told)
        )
    said = bring(session, told, event.correlation_id)
    return Handled(reason=said, effects=_of(event, told))


def handle_new_of_calcom(events: Sequence[Event], session: TenantSession) -> Sequence[Handled | None]:
    """Write bookings down that nobody here knows, many at a time; leave all else to :func:`handle_calcom`.

    Args:
        events: of one company.
        session: of it.
    """
    told = [_told_or_none(event) for event in events]
    written = write_unknown(session, [one for one in told if one is not None])
    return [
        Handled(reason=OF_NOBODY, effects=_of(event, one)) if one and one.uid in written else None
        for event, one in zip(events, told, strict=True)
    ]


def _told_or_none(event: Event) -> Told | None:
    """Return what an event tells; None where it is no booking's, or cannot be read: its handler says so."""
    if why_ignored(event.type) is not None:
        return None
    try:
        return told_by(event)
    except VendorProtocolError:
        return None


def companies_of_calcom(event: Event, session: TenantSession) -> Sequence[str]:
    """Return the slugs of the companies that an event's event type is mapped to, or that know its booking.

    Args:
        event: its company is not known.
        session: of the whole platform.

    Returns:
        None or several where it is not known; nobody guesses.
    """
    uids, event_type_id = names_in(event)
    return companies.candidates(session, uids, event_type_id)


def ignores_calcom(event: Event) -> str | None:
    """Return why an event needs no handling, whosever it is; None for a booking's event.

    An absence whose company is known is handled: it changes no row, but what is cached of free times.
    """
    if event.type == OUT_OF_OFFICE and event.company is not None:
        return None
    return why_ignored(event.type)


def _of(event: Event, told: Told) -> Sequence[Effect]:
    """Return that other times are free than before: for the hosts, or, where one is not named, for everybody.

    A move may have taken the booking from one host to another; only the new one is named.
    """
    if event.type not in CHANGES_SLOTS or event.company is None:
        return ()
    return (forgetting(event.company, () if told.before else told.hosts),)


def _of_absence(event: Event) -> Sequence[Effect]:
    """Return that somebody who is away has no free times any more."""
    if event.type != OUT_OF_OFFICE or event.company is None:
        return ()
    document = inner(event)
    entry = document.get("oooEntry") if isinstance(document, dict) else None
    people: list[Any] = [entry.get("user"), entry.get("toUser")] if isinstance(entry, dict) else []
    ids = [one["id"] for one in people if isinstance(one, dict) and isinstance(one.get("id"), int)]
    return (forgetting(event.company, ids),)
