"""``askpro book`` between the command line and the rooms below: checked wishes in, Result out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import RefusedError, SlotUnavailableError
from askpro_cli.base.redaction import mask_email, mask_name, mask_phone
from askpro_cli.base.times import Interval, iso_local
from askpro_cli.booking.create import Booked, Order, create_booking
from askpro_cli.booking.differences import not_applied
from askpro_cli.booking.fitting import fit, planned_minutes
from askpro_cli.booking.free_times import NearestFree, Wish
from askpro_cli.booking.keys import content_hash, derive_key, identity_hash
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.booking.slot_views import event_type_view, slot_view
from askpro_cli.booking.views import booking_view
from askpro_cli.calcom.availability import SlotQuery, fetch_slots
from askpro_cli.calcom.lookup import find_event_type
from askpro_cli.calcom.models import EventType
from askpro_cli.shell.actions.alternatives import offer
from askpro_cli.shell.actions.booking_tables import bookings_table, properties_table, sentence
from askpro_cli.shell.actions.desk import make_desk, remember, wish_around
from askpro_cli.shell.actions.slot_tables import when
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.actions.wanted import Wanted
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.shell.context import App


def order_of(wanted: Wanted, company: str, event_type: EventType, reach: timedelta) -> Order:
    """Return the order for an event type, with the given key or a derived one.

    ``--next`` and the strict command share the derived key: under two keys the second would be refused by
    the first's own booking and book another time beside it.

    Args:
        wanted: what was typed.
        company: the slug.
        event_type: what is booked.
        reach: how far before and after the asked start ``--next`` may book.

    Raises:
        InvalidValueError, RefusedError: it does not fit the event type.
    """
    request = fit(replace(wanted.request, event_type_id=event_type.id), event_type)
    around = Interval(request.start - reach, request.start + reach)
    if wanted.key is not None:
        return Order(request, event_type, wanted.key, content_hash(request), around)
    return Order(request, event_type, derive_key(company, request), identity_hash(request), around)


async def book(app: App, wanted: Wanted, *, next_free: bool, dry_run: bool) -> Result:
    """Book, or show what would be booked.

    Raises:
        AskproError: as :func:`askpro_cli.booking.create.create_booking`; a refused slot is a Result.
    """
    async with app.calcom() as client:
        known = await find_event_type(client, app.cache(), wanted.reference)
        reach = timedelta(days=app.settings.integer("alternatives.days") + 1)
        order = order_of(wanted, app.company.slug, known.event_type, reach)
        if dry_run:
            return await _plan(app, client, order, next_free=next_free)
        wish = wish_around(app, order.event_type, order.request.start, length=order.request.duration)
        following = NearestFree(client, app.cache(), wish, app.clock) if next_free else None
        try:
            booked = await create_booking(make_desk(app, client), order, next_slot=following)
        except SlotUnavailableError as error:
            return await _refused(app, client, order, wish, error, next_free=next_free)
        await remember(app, booked.booking)
        if booked.booking.start != order.request.start and not next_free:
            return _elsewhere(app, client, order, booked)
        return _booked(app, client, order, booked)


def _booked(app: App, client: CalcomClient, order: Order, booked: Booked) -> Result:
    zone = app.company.zone
    view = booking_view(booked.booking, zone)
    missing = not_applied(booked.booking, order.request) if booked.replayed else []
    other = booked.booking.start != order.request.start
    data = {
        "booking": view,
        "idempotency_key": order.key,
        "replayed": booked.replayed,
        "recovered": booked.recovered,
        "next": other,
        "not_applied": missing,
    }
    meta = vendor_meta(app, booked.meta, client.requests)
    messages = [sentence("stands already:" if booked.replayed else "booked", view, zone)]
    if booked.recovered:
        messages.append("the answer never came; the booking was found by its key")
    if other:
        messages.append(f"asked for {when(iso_local(order.request.start, zone), zone)}, which was not free")
    if missing:
        messages.append(f"the booking stands as it was made; not applied: {', '.join(missing)}")
    return Result(data=data, table=bookings_table([view], zone), messages=[*messages, told(meta)], meta=meta)


def _elsewhere(app: App, client: CalcomClient, order: Order, booked: Booked) -> Result:
    """Refuse: an earlier ``--next`` booked another time, and this command asks for its own alone."""
    zone = app.company.zone
    view = booking_view(booked.booking, zone)
    asked = iso_local(order.request.start, zone)
    error = RefusedError(
        f"not booked: an earlier --next for this time booked {when(view['start'], zone)} instead",
        subject=view["uid"],
        hint=f"askpro reschedule {view['uid']} --start {asked} moves it; with --next it is the answer",
    )
    standing = {name: view[name] for name in ("uid", "status", "start", "end", "start_utc")}
    data: dict[str, Any] = {
        "booking": None,
        "idempotency_key": order.key,
        "alternatives": [],
        "standing": standing,
    }
    meta = vendor_meta(app, booked.meta, client.requests)
    return Result(data=data, errors=[error], messages=[told(meta)], meta=meta, records="alternatives")


async def _refused(
    app: App, client: CalcomClient, order: Order, wish: Wish, error: SlotUnavailableError, *, next_free: bool
) -> Result:
    offered = await offer(app, client, wish)
    offered.point_out(error, also="" if next_free else ", or add --next")
    data = {"booking": None, "idempotency_key": order.key, "alternatives": offered.views}
    meta = vendor_meta(app, client.last_write, client.requests)
    return Result(
        data=data,
        table=offered.table,
        errors=[error],
        messages=offered.lines,
        meta=meta,
        records="alternatives",
    )


async def _plan(app: App, client: CalcomClient, order: Order, *, next_free: bool) -> Result:
    """Show what would be sent, and whether the slot is listed; nothing is sent that changes anything.

    Cal.com lists starts on a grid and accepts others too, so only the attempt tells whether one is bookable.
    """
    request = order.request
    slot = Interval(
        request.start, request.start + timedelta(minutes=planned_minutes(request, order.event_type))
    )
    query = SlotQuery(order.event_type, slot, app.clock.now(), request.duration)
    found = await fetch_slots(client, app.cache(), query)
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
    }
    meta = vendor_meta(app, client.last, client.requests, hit=found.hit, age=found.age)
    messages = ["dry run: nothing was booked"]
    if not listed:
        instead = "; if it does not, the nearest listed one is booked" if next_free else ""
        messages.append(f"not among the listed slots; Cal.com may still accept it{instead}")
    return Result(data={"plan": plan}, table=properties_table(plan), messages=messages, meta=meta)


def _attendee(request: BookingRequest) -> dict[str, str | None]:
    return {
        "name": mask_name(request.name),
        "email": mask_email(request.email) if request.email else None,
        "phone": mask_phone(request.phone) if request.phone else None,
        "timezone": request.timezone,
        "language": request.language,
    }
