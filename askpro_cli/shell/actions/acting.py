"""``askpro bookings confirm`` and its siblings between the command line and the rooms below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import AskproError, VendorConflictError, VendorValidationError
from askpro_cli.booking import acting
from askpro_cli.booking.acting import Action
from askpro_cli.booking.change import Changed
from askpro_cli.booking.views import booking_view
from askpro_cli.calcom.event_types.lookup import Reference, find_event_type
from askpro_cli.shell.actions.booking_tables import bookings_table, in_words, properties_table
from askpro_cli.shell.actions.desk import make_desk
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.shell.context import App


async def act(app: App, uid: str, action: Action, *, dry_run: bool) -> Result:
    """Do something to a booking, or show what would be done.

    Raises:
        AskproError: as :func:`askpro_cli.booking.acting.carry_out`.
    """
    async with app.calcom() as client:
        desk = make_desk(app, client)
        if dry_run:
            return _planned(app, client, await acting.plan(desk, uid, action), action)
        return _changed(app, client, await acting.carry_out(desk, uid, action), action)


async def mark_absent(
    app: App, uid: str, *, host: bool, emails: tuple[str, ...], absent: bool, dry_run: bool
) -> Result:
    """Note who did not come, or with *absent* False who came after all.

    Raises:
        AskproError: as :func:`act`.
    """
    async with app.calcom() as client:
        desk = make_desk(app, client)
        people = {email.casefold(): absent for email in emails}
        action = acting.marking_absent(desk, host=absent if host else None, attendees=people)
        if dry_run:
            return _planned(app, client, await acting.plan(desk, uid, action), action)
        return _changed(app, client, await acting.carry_out(desk, uid, action), action)


async def reassign(app: App, uid: str, to_user: int | None, reason: str | None, *, dry_run: bool) -> Result:
    """Give a booking to another host.

    Raises:
        AskproError: as :func:`act`.
    """
    async with app.calcom() as client:
        desk = make_desk(app, client)
        before = frozenset((await client.booking(uid)).value.host_ids) if to_user is None else frozenset()
        action = acting.reassigning(to_user, reason, before)
        if dry_run:
            return _planned(app, client, await acting.plan(desk, uid, action), action)
        try:
            changed = await acting.carry_out(desk, uid, action)
        except (VendorConflictError, VendorValidationError) as error:
            await _explain_refusal(app, client, uid, error)
            raise
        return _changed(app, client, changed, action)


async def _explain_refusal(app: App, client: CalcomClient, uid: str, error: AskproError) -> None:
    """Say where nobody else can have a booking, of which Cal.com says only that nobody is free."""
    try:
        event_type_id = (await client.booking(uid)).value.of_event_type
        found = await find_event_type(client, app.cache(), Reference(id=event_type_id))
    except AskproError:
        return
    event_type = found.event_type
    why = "is no round robin" if event_type.scheduling_type.lower() != "roundrobin" else None
    if why is None and len(event_type.host_ids) == 1:
        why = "has one host"
    if why is not None:
        error.message = f"booking {uid} keeps its host: event type {event_type.id} {why}"
        error.hint = f"askpro reschedule {uid} --start … moves it to another time"


def confirm_decline(app: App, uid: str) -> None:
    """Let a rejection pass when a person says yes to what is declined; one declined before needs no yes.

    Raises:
        ConfirmationError: nobody is there to ask; nothing was sent.
        RefusedError: the person said no, or it does not wait for a decision.
        VendorNotFoundError: there is no such booking.
    """
    from askpro_cli.shell.running import wait_for

    what = wait_for(_open_booking(app, uid)) if app.can_ask else f"booking {uid}"
    if what is not None:
        app.confirm(f"decline {what}", yes=False)


async def _open_booking(app: App, uid: str) -> str | None:
    async with app.calcom() as client:
        planned = await acting.plan(make_desk(app, client), uid, acting.declining(None))
    zone = app.company.zone
    return None if planned.already else in_words(booking_view(planned.booking, zone), zone)


def _changed(app: App, client: CalcomClient, changed: Changed, action: Action) -> Result:
    view = booking_view(changed.booking, app.company.zone)
    meta = vendor_meta(app, changed.meta, client.requests)
    line = action.told(changed.booking, already=changed.already)
    line += ": nothing was sent" if changed.already else ""
    return Result(
        data={"booking": view, "action": action.name, "already": changed.already},
        table=bookings_table([view], app.company.zone),
        messages=[line, told(meta)],
        meta=meta,
    )


def _planned(app: App, client: CalcomClient, planned: Changed, action: Action) -> Result:
    plan: dict[str, Any] = {"action": "none" if planned.already else action.name}
    plan |= {} if planned.already else action.shown(planned.booking)
    plan |= {"booking": booking_view(planned.booking, app.company.zone)}
    line = "dry run: nothing was sent"
    if planned.already:
        line = f"{action.told(planned.booking, already=True)}: nothing would be sent"
    meta = vendor_meta(app, client.last, client.requests)
    return Result(data={"plan": plan}, table=properties_table(plan), messages=[line], meta=meta)
