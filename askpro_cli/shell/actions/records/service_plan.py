"""``askpro book --service --dry-run``: what would be booked, and whether the time is free on both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from askpro_cli.base.redaction import mask_email, mask_name, mask_phone
from askpro_cli.booking.flow import conflicts
from askpro_cli.booking.flow.making.drafting import Draft, draft_of
from askpro_cli.booking.flow.making.recheck import is_free
from askpro_cli.booking.flow.making.standing import look
from askpro_cli.booking.slot_views import event_type_view, slot_view
from askpro_cli.shell.actions.booking_tables import properties_table
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.booking.flow.desk import FlowDesk
    from askpro_cli.booking.flow.showing.nearest import Asked
    from askpro_cli.platform.tenancy import TenantSession
    from askpro_cli.shell.context import App


async def plan_of(app: App, flow: FlowDesk, asked: Asked, *, next_free: bool) -> Result:
    """Show what would be booked; nothing is written, held or sent that changes anything.

    Raises:
        AskproError: as for a booking, as far as it can be known before.
    """
    unheld = replace(asked.wish, reserve=False)  # what an earlier run left held is not given back here
    draft = await draft_of(flow, unheld, asked.target)
    held = await flow.run(lambda session: _held_by(session, draft), "look whether a time is taken")
    standing = held if held is not None and held[1] else None
    listed = None if standing else await is_free(flow, draft)
    plan = _plan(app, draft, listed=listed, next_free=next_free)
    plan |= {"reserve": asked.wish.reserve}
    plan |= {"action": "none" if standing else "book", "appointment": held[0] if held else None}
    meta = vendor_meta(app, flow.desk.client.last, flow.desk.client.requests)
    messages = [_told(held, listed=listed), "dry run: nothing was booked or held", told(meta)]
    return Result(data={"plan": plan}, table=properties_table(plan), messages=messages, meta=meta)


def _held_by(session: TenantSession, draft: Draft) -> tuple[int, bool] | None:
    """Return the appointment that has the time, and whether it is this request's own; None: it is free."""
    own = look(session, draft.wanted).row
    if own is not None:
        return own.id, True
    other = conflicts.in_the_way(session, draft.calendar, draft.interval)
    return (other, False) if other is not None else None


def _plan(app: App, draft: Draft, *, listed: bool | None, next_free: bool) -> dict[str, Any]:
    target, request = draft.target, draft.request
    return {
        "service": target.service,
        "branch": target.branch,
        "staff_id": target.staff_id,
        "event_type": event_type_view(draft.event_type),
        **slot_view(draft.interval, app.company.zone),
        "listed": listed,
        "attendee": {
            "name": mask_name(request.name),
            "email": mask_email(request.email) if request.email else None,
            "phone": mask_phone(request.phone) if request.phone else None,
        },
        "price_cents": target.price_cents,
        "idempotency_key": draft.key,
        "next": next_free,
    }


def _told(held: tuple[int, bool] | None, *, listed: bool | None) -> str:
    if held is not None:
        return f"appointment {held[0]} stands already" if held[1] else f"taken by appointment {held[0]}"
    return "the time is free" if listed else "the time is not among the free ones of Cal.com"
