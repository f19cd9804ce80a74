"""Follow what somebody changed at Cal.com without us: before a change of ours, and in the records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from askpro_cli.base.errors import RefusedError, UnknownError, VendorNotFoundError
from askpro_cli.base.times import iso_utc
from askpro_cli.booking.chain import chain_of
from askpro_cli.booking.change import Changed
from askpro_cli.booking.flow.changing import letting_go
from askpro_cli.booking.flow.changing.changing import Terms
from askpro_cli.booking.flow.changing.modify_limit import check_notice
from askpro_cli.booking.flow.desk import Doer, FlowDesk
from askpro_cli.booking.flow.making import completion
from askpro_cli.booking.notifications import outbox
from askpro_cli.booking.verification import is_active
from askpro_cli.calcom.models import Booking
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

CANCELLED_THERE = "cancelled at Cal.com"
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
            name_unknown(error, row, uid)
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


def name_unknown(error: VendorNotFoundError, row: Appointment, uid: str) -> None:
    """Say which appointment it is about; it may well stand: another account's key finds nothing, too."""
    error.message = f"Cal.com knows no booking {uid}, which carries appointment {row.id}"
    error.hint = (
        "nothing was changed; askpro doctor tells whose key this is; where it is the right one, "
        f"askpro cancel {row.id} --records-only --reason … cancels the appointment in the records"
    )


async def _check_there(flow: FlowDesk, row: Appointment, terms: Terms, uid: str) -> None:
    """Hold where it stands at the vendor to the limit, too."""
    standing = (await flow.desk.client.booking(uid)).value
    named = f"appointment {row.id}, moved at Cal.com to {uid},"
    check_notice(named, standing.start, flow.desk.clock.now(), terms.notice, override=terms.override)


async def links_of(flow: FlowDesk, booking: Booking) -> tuple[Booking, ...]:
    """Return all bookings of a chain of moves, oldest first."""
    return tuple((await chain_of(flow.desk.client, booking)).links)


async def known_links_of(flow: FlowDesk, booking: Booking) -> tuple[Booking, ...]:
    """Return all bookings of a chain of moves, oldest first; the last one is surely the newest.

    Raises:
        UnknownError: where it was moved to cannot be read now.
    """
    chain = await chain_of(flow.desk.client, booking)
    newest = chain.links[-1]
    named = newest.rescheduled_to_uid
    lost = any(one.named == named and one.kind != "missing" for one in chain.breaks)
    if named and lost and not is_active(newest):
        raise UnknownError(
            f"booking {newest.uid} was moved at Cal.com, and where it is now cannot be read",
            subject=newest.uid,
            hint=f"askpro bookings show {newest.uid}; then run the same command again",
        )
    return tuple(chain.links)


def catch_up(session: TenantSession, flow: FlowDesk, row: Appointment, links: Sequence[Booking]) -> None:
    """Bring an appointment that stood to what became of its booking at Cal.com; its customer is told.

    Args:
        session: of the company.
        flow: the tools.
        row: locked.
        links: of its chain, oldest first.
    """
    for link in links:
        completion.link(session, row, link)
    if is_active(links[-1]):
        moved(session, flow, row, links[-1])
        return
    row.calcom_v2_booking_uid = links[-1].uid
    letting_go.cancel_row(session, flow, row, None, CANCELLED_THERE)


def moved(session: TenantSession, flow: Doer, row: Appointment, booking: Booking) -> None:
    """Let an appointment stand where it was moved, by us or there, with its mail and its activity."""
    before = row.starts_at
    completion.stand(session, row, booking)
    letting_go.close(row)
    row.idempotency_key = None
    session.flush()
    outbox.queue(session, row, "change", correlation_id=flow.correlation_id)
    text = f"moved from {iso_utc(before)} to {iso_utc(row.starts_at)}, as {booking.uid}"
    completion.note(session, row, "appointment.moved", text, flow.correlation_id)
