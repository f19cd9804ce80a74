"""Change the booking of an appointment at Cal.com, wherever somebody has moved it there without us."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from askpro_cli.base.errors import RefusedError, VendorNotFoundError
from askpro_cli.booking.chain import chain_of
from askpro_cli.booking.change import Changed
from askpro_cli.booking.flow.changing import Terms
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.modify_limit import check_notice
from askpro_cli.calcom.models import Booking
from askpro_cli.platform.schema import Appointment

_MOST_FOLLOWED = 3


@dataclass(frozen=True, slots=True)
class AtVendor:
    """What was done at the vendor, and what had happened there before.

    Args:
        changed: the booking as it stands now.
        elsewhere: in words, None for nothing.
        between: bookings of the chain that we did not know of.
    """

    changed: Changed
    elsewhere: str | None = None
    between: tuple[Booking, ...] = ()


async def follow(
    flow: FlowDesk, row: Appointment, terms: Terms, ask: Callable[[str], Awaitable[Changed]]
) -> AtVendor:
    """Ask the vendor to change the booking of *row*; one that was moved there without us is followed.

    Raises:
        RefusedError: it cannot be changed, or begins too soon where it was moved; or it was moved too often.
        VendorNotFoundError: Cal.com does not know the booking, at least not for this key.
        AskproError: as *ask*.
    """
    uid, elsewhere = row.calcom_v2_booking_uid or "", None
    for _ in range(_MOST_FOLLOWED):
        try:
            changed = await ask(uid)
        except VendorNotFoundError as error:
            _name_unknown(error, row, uid)
            raise
        except RefusedError as error:
            successor = error.details.get("successor")
            if not successor:
                raise
            uid, elsewhere = str(successor), f"it had been moved at Cal.com, to {successor}"
            await _check_there(flow, row, terms, uid)
            continue
        between = await links_of(flow, changed.booking) if elsewhere else ()
        return AtVendor(changed, elsewhere, between)
    message = f"appointment {row.id} is being moved at Cal.com by somebody else"
    raise RefusedError(message, subject=str(row.id), hint="try again")


def _name_unknown(error: VendorNotFoundError, row: Appointment, uid: str) -> None:
    """Say which appointment it is about; it may well stand, for another account's key finds nothing either."""
    error.message = f"Cal.com knows no booking {uid}, which carries appointment {row.id}"
    error.hint = "nothing was changed; askpro doctor tells whose key this is"


async def _check_there(flow: FlowDesk, row: Appointment, terms: Terms, uid: str) -> None:
    """Hold where it stands at the vendor to the limit, too."""
    standing = (await flow.desk.client.booking(uid)).value
    named = f"appointment {row.id}, moved at Cal.com to {uid},"
    check_notice(named, standing.start, flow.desk.clock.now(), terms.notice, override=terms.override)


async def links_of(flow: FlowDesk, booking: Booking) -> tuple[Booking, ...]:
    """Return all bookings of a chain of moves, oldest first."""
    return tuple((await chain_of(flow.desk.client, booking)).links)
