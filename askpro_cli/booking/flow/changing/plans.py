"""What a move or a cancellation would do; nothing is written or sent that changes anything."""

from __future__ import annotations

from datetime import datetime

from askpro_cli.base.times import Interval
from askpro_cli.booking import change
from askpro_cli.booking.change import Changed
from askpro_cli.booking.flow.changing import changing
from askpro_cli.booking.flow.changing.changing import Terms
from askpro_cli.booking.flow.changing.modify_limit import check_notice
from askpro_cli.booking.flow.changing.moving import refuse_taken
from askpro_cli.booking.flow.changing.records_only import ASKED_ABOUT, gone_there
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.showing import listing
from askpro_cli.booking.flow.states import CANCELLED, PENDING_SYNC, SCHEDULED
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession


async def plan_move(flow: FlowDesk, appointment_id: int, start: datetime, terms: Terms) -> bool:
    """Tell whether the appointment would be moved; False: it stands at *start* already.

    Raises:
        RefusedError, SlotUnavailableError: it would be refused.
        AskproError: Cal.com could not be asked.
    """

    def work(session: TenantSession) -> Appointment:
        row = listing.find_appointment(session, appointment_id)
        if row.status != SCHEDULED:
            raise changing.refuse_state(row, "moved")
        if row.starts_at != start:
            _check(flow, row, terms)
            refuse_taken(session, flow, row, Interval(start, start + (row.ends_at - row.starts_at)))
        return row

    row = await flow.run(work, "plan a move")
    planned = await change.plan_move(flow.desk, row.calcom_v2_booking_uid or "", start)
    return not isinstance(planned, Changed)


async def plan_cancel(
    flow: FlowDesk, appointment_id: int, terms: Terms, *, records_only: bool = False
) -> bool:
    """Tell whether the appointment would be cancelled, perhaps in the records alone; False: it is already.

    Raises:
        RefusedError: it would be refused.
        AskproError: Cal.com could not be asked.
    """

    def work(session: TenantSession) -> Appointment:
        row = listing.find_appointment(session, appointment_id)
        standing = ASKED_ABOUT if records_only else (SCHEDULED,)
        if row.status not in (*standing, PENDING_SYNC, CANCELLED):
            raise changing.refuse_state(row, "cancelled")
        if row.status == SCHEDULED:
            _check(flow, row, terms)
        return row

    row = await flow.run(work, "plan a cancellation")
    if row.status in ASKED_ABOUT and records_only:
        await gone_there(flow, row)
    elif row.status in ASKED_ABOUT:
        await change.plan_cancel(flow.desk, row.calcom_v2_booking_uid or "")
    return row.status != CANCELLED


def _check(flow: FlowDesk, row: Appointment, terms: Terms) -> None:
    now = flow.desk.clock.now()
    check_notice(f"appointment {row.id}", row.starts_at, now, terms.notice, override=terms.override)
