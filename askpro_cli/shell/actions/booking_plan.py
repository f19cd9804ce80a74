"""``askpro book --dry-run``: what would be sent, and whether the slot is listed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from askpro_cli.base.errors import RecordsError
from askpro_cli.base.redaction import mask_email, mask_name, mask_phone
from askpro_cli.base.times import Interval
from askpro_cli.booking.create import Booked, Order, standing_under
from askpro_cli.booking.fitting import planned_minutes
from askpro_cli.booking.requests import RULES, BookingRequest
from askpro_cli.booking.series_conflicts import SeriesCheck
from askpro_cli.booking.slot_views import event_type_view, slot_view
from askpro_cli.booking.views import booking_view
from askpro_cli.calcom.availability import SlotQuery, fetch_slots
from askpro_cli.shell.actions.booking_tables import properties_table, sentence
from askpro_cli.shell.actions.desk import make_desk
from askpro_cli.shell.actions.vendor_meta import vendor_meta
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.shell.context import App


async def plan_of(app: App, client: CalcomClient, order: Order, *, next_free: bool) -> Result:
    """Show what would be sent, and whether the slot is listed; nothing is sent that changes anything.

    Cal.com lists starts on a grid and accepts others too, so only the attempt tells whether one is bookable.
    A series that a booking stands in the way of is refused here as it would be then.
    """
    try:
        standing = await standing_under(make_desk(app, client), order)
    except RecordsError as error:
        app.notice(f"whether it stands already is not known: {error.message}")
        standing = None
    if standing is not None:
        return _stands_already(app, client, order, standing)
    request = order.request
    check = SeriesCheck(client, order.event_type, order.key, app.company.zone, app.notice)
    conflicts = await check.find(request, request.start)
    minutes = planned_minutes(request, order.event_type)
    slot = Interval(request.start, request.start + timedelta(minutes=minutes))
    found = await fetch_slots(
        client, app.cache(), SlotQuery(order.event_type, slot, app.clock.now(), request.duration)
    )
    listed = any(one.start == request.start for one in found.slots)
    plan = {
        "action": "book",
        "event_type": event_type_view(order.event_type),
        **slot_view(slot, app.company.zone),
        "listed": listed,
        "attendee": _attendee(request),
        "guests": [mask_email(guest) for guest in request.guests],
        "fields": sorted(request.fields),
        "metadata": sorted(request.metadata),
        "location": request.location["type"] if request.location else None,
        "idempotency_key": order.key,
        "next": next_free,
        "reserve": order.reserve,
        "occurrences": request.occurrences,
        "conflicts": [one.view(app.company.zone) for one in conflicts],
        "instant": request.instant,
        "needs_confirmation": order.event_type.needs_confirmation,
        "rules_set_aside": [RULES[rule] for rule in request.rules],
    }
    meta = vendor_meta(app, client.last, client.requests, hit=found.hit, age=found.age)
    messages = ["dry run: nothing was booked" + (" or held" if order.reserve else "")]
    if not listed:
        instead = "; if it does not, the nearest listed one is booked" if next_free else ""
        messages.append(f"not among the listed slots; Cal.com may still accept it{instead}")
    refusals = [check.error(request, conflicts)] if conflicts else []
    if next_free:
        messages += [f"{one.message}; the nearest listed start would be tried" for one in refusals]
    return Result(
        data={"plan": plan},
        table=properties_table(plan),
        errors=[] if next_free else refusals,
        messages=messages,
        meta=meta,
    )


def _stands_already(app: App, client: CalcomClient, order: Order, standing: Booked) -> Result:
    view = booking_view(standing.booking, app.company.zone)
    plan = {"action": "none", "idempotency_key": order.key, "booking": view}
    line = sentence("stands already:", view, app.company.zone)
    meta = vendor_meta(app, standing.meta, client.requests)
    messages = [line, "dry run: nothing would be sent"]
    return Result(data={"plan": plan}, table=properties_table(plan), messages=messages, meta=meta)


def _attendee(request: BookingRequest) -> dict[str, str | None]:
    return {
        "name": mask_name(request.name),
        "email": mask_email(request.email) if request.email else None,
        "phone": mask_phone(request.phone) if request.phone else None,
        "timezone": request.timezone,
        "language": request.language,
    }
