"""What became at Cal.com of the booking that an earlier run of a row may have made there.

The idempotency key finds only what stands where it was asked for. What somebody cancelled or moved at Cal.com
before our row was completed still names that row in its metadata: it is followed, and never booked again.
"""

from __future__ import annotations

from askpro_cli.base.errors import AskproError
from askpro_cli.booking.create import Booked, Order
from askpro_cli.booking.flow import leases
from askpro_cli.booking.flow.changing import letting_go
from askpro_cli.booking.flow.changing.following import CANCELLED_THERE, known_links_of
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.leases import Taken
from askpro_cli.booking.flow.making import completion
from askpro_cli.booking.flow.making.drafting import APPOINTMENT_ENTRY, CORRELATION_ENTRY
from askpro_cli.booking.flow.making.finishing import after_failure, settle
from askpro_cli.booking.searching import Search
from askpro_cli.booking.verification import carries_key, has_seats, is_active
from askpro_cli.calcom.client import Answer
from askpro_cli.calcom.models import Booking
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

Links = Answer[tuple[Booking, ...]]
"""A chain of moves, oldest first."""


async def caught_up(flow: FlowDesk, taken: Taken, order: Order) -> Appointment | None:
    """Bring an open row to what somebody made of its booking at Cal.com.

    Args:
        flow: the tools.
        taken: the row that this run is at.
        order: what an earlier run may have sent.

    Returns:
        The row, ``scheduled`` where the booking was moved to, or ``cancelled``. None when nothing was booked
        or it stands as it was asked for: then the caller goes on.

    Raises:
        AskproError: nobody could look; the row is kept as it is.
        RecordsError: the records cannot be used; the next sync looks again.
    """
    async with leases.kept(flow, taken.held):
        try:
            found = await _links(flow, taken.row, order)
        except BaseException as error:
            if isinstance(error, AskproError):  # a look that fails says nothing of what was sent
                error.details["idempotency_key"] = order.key
            await after_failure(flow, taken, error, doubt=True, looked=True)
            raise
        if found is None:
            return None
        flow.at_step("changed_there")
        if _stands(found.value[-1], order.key):
            booked = Booked([found.value[-1]], found.meta, recovered=True)
            await flow.desk.forget(booked.booking.host_ids)
            return (await settle(flow, taken.held, booked, found.value[:-1])).appointment
        return await flow.run(lambda session: _cancel(session, flow, taken, found.value), "follow a booking")


async def _links(flow: FlowDesk, row: Appointment, order: Order) -> Links | None:
    """Return the chain of what was booked for the row; None where it stands unchanged, or nothing was."""
    search = Search(flow.desk, order.event_type, order.key)
    made = await search.ever_made(order.around, lambda one: _is_of(one, row))
    best: tuple[Booking, ...] = ()
    for booking in made.value if made else ():
        if _stands(booking, order.key) and not booking.rescheduled_from_uid:
            return None
        if not any(one.uid == booking.uid for one in best):
            links = await known_links_of(flow, booking)
            best = links if not best or _stands(links[-1], order.key) else best
    return Answer(best, made.meta) if made and best else None


def _is_of(booking: Booking, row: Appointment) -> bool:
    """Tell whether it was made for this row; ids alone repeat where two installations share an account."""
    ours = {(APPOINTMENT_ENTRY, str(row.id)), (CORRELATION_ENTRY, row.correlation_id)}
    seats = [person.raw.get("metadata") for person in booking.attendees]
    return any(isinstance(one, dict) and ours <= set(_entries(one)) for one in (booking.metadata, *seats))


def _entries(metadata: dict[str, object]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in metadata.items() if isinstance(value, str)]


def _stands(booking: Booking, key: str) -> bool:
    """Tell whether it takes place; one with seats does without us when our seat was given up."""
    return is_active(booking) and (not has_seats(booking) or carries_key(booking, key))


def _cancel(session: TenantSession, flow: FlowDesk, taken: Taken, links: tuple[Booking, ...]) -> Appointment:
    """Let the row be cancelled, as its booking is; another run that took it over has done so."""
    row = leases.mine(session, taken.held)
    if row is None:
        return session.get_one(Appointment, taken.held.appointment_id)
    for link in links:
        completion.link(session, row, link)
    row.calcom_v2_booking_uid = links[-1].uid
    return letting_go.cancel_row(session, flow, row, None, CANCELLED_THERE, mail=False)
