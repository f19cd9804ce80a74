"""``askpro book`` between the command line and the rooms below: checked wishes in, Result out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import RefusedError, SlotUnavailableError
from askpro_cli.base.times import Interval, iso_local
from askpro_cli.booking.create import Booked, Order, create_booking
from askpro_cli.booking.fitting import fit
from askpro_cli.booking.free_times import NearestFree, Wish
from askpro_cli.booking.keys import content_hash, derive_key, identity_hash
from askpro_cli.booking.requests import RULES
from askpro_cli.booking.views import booking_view
from askpro_cli.calcom.event_types.lookup import find_event_type
from askpro_cli.calcom.models import EventType
from askpro_cli.shell.actions.alternatives import offer
from askpro_cli.shell.actions.booked import booked_result
from askpro_cli.shell.actions.booking_plan import plan_of
from askpro_cli.shell.actions.desk import make_desk, remember, wish_around
from askpro_cli.shell.actions.slot_tables import when
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.actions.wanted import Wanted
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.shell.context import App


def order_of(
    wanted: Wanted, company: str, event_type: EventType, reach: timedelta, *, reserve: bool = False
) -> Order:
    """Return the order for an event type, with the given key or a derived one.

    ``--next`` and the strict command share the derived key: under two keys the second would be refused by
    the first's own booking and book another time beside it.

    Args:
        wanted: what was typed.
        company: the slug.
        event_type: what is booked.
        reach: how far before and after the asked start ``--next`` may book.
        reserve: hold the slot while it is booked.

    Raises:
        InvalidValueError, RefusedError: it does not fit the event type.
    """
    request = fit(replace(wanted.request, event_type_id=event_type.id), event_type)
    around = Interval(request.start - reach, request.start + reach)
    key, content = wanted.key, content_hash(request)
    if key is None:
        key, content = derive_key(company, request), identity_hash(request)
    return Order(request, event_type, key, content, around, reserve=reserve)


async def book(app: App, wanted: Wanted, *, next_free: bool, reserve: bool, dry_run: bool) -> Result:
    """Book, or show what would be booked.

    Raises:
        AskproError: as :func:`askpro_cli.booking.create.create_booking`; a refused slot is a Result.
    """
    async with app.calcom() as client:
        known = await find_event_type(client, app.cache(), wanted.reference)
        reach = timedelta(days=app.settings.integer("alternatives.days") + 1)
        order = order_of(wanted, app.company.slug, known.event_type, reach, reserve=reserve)
        if dry_run:
            return await plan_of(app, client, order, next_free=next_free)
        await _warn_of_ignored_rules(app, client, order)
        wish = wish_around(app, order.event_type, order.request.start, length=order.request.duration)
        following = NearestFree(client, app.cache(), wish, app.clock) if next_free else None
        try:
            booked = await create_booking(make_desk(app, client), order, next_slot=following)
        except SlotUnavailableError as error:
            return await _refused(app, client, order, wish, error, next_free=next_free)
        await remember(app, booked.booking)
        if (
            booked.booking.start != order.request.start
            and not next_free
            and order.request.occurrences is None
        ):
            return _elsewhere(app, client, order, booked)
        return booked_result(app, client, order, booked)


async def _warn_of_ignored_rules(app: App, client: CalcomClient, order: Order) -> None:
    """Say that the vendor will ignore the rules to set aside, which it does silently unless a host asks."""
    if not order.request.rules:
        return
    me = (await client.me()).value
    if me.id in order.event_type.host_ids:
        return
    options = ", ".join(RULES[rule] for rule in order.request.rules)
    app.notice(
        f"Cal.com ignores {options}: the user of this key ({me.id}) is no host of event type "
        f"{order.event_type.id}"
    )


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
    of_series = error.hint if "conflicts" in error.details else None
    offered.point_out(error, also="" if next_free else ", or add --next")
    if of_series:
        error.hint = of_series
    if order.request.occurrences is None:  # of a series any appointment may be the refused one
        error.hint = "; ".join(filter(None, (error.hint, _explain_hint(app, order))))
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


def _explain_hint(app: App, order: Order) -> str:
    """Return the command that tells which rule hides the time: the vendor names several at once."""
    request = order.request
    length = f" --duration {request.duration}" if request.duration else ""
    start = iso_local(request.start, app.company.zone)
    return f"`askpro availability {order.event_type.reference} --explain {start}{length}` says why"
