"""``askpro calendars`` between the command line and the rooms below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import NotFoundError
from askpro_cli.base.redaction import HIDDEN, mask_email
from askpro_cli.base.times import Interval, iso_local, iso_utc
from askpro_cli.shell.actions.slot_tables import until, when
from askpro_cli.shell.actions.vendor_meta import counted, told, vendor_meta
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.calcom.operations.calendars import BusyTime, Calendar, CalendarList, ConnectedCalendar
    from askpro_cli.shell.context import App

_CALENDARS = (
    Column("Credential", fit="keep"),
    Column("Calendar", style="bold", fit="cut"),
    Column("App", fit="cut", drop=1),
    Column("Selected", fit="keep"),
    Column("Takes bookings", fit="keep", drop=2),
)
_BUSY = (Column("From", style="bold", fit="keep"), Column("To", fit="keep"), Column("What", fit="cut"))


async def list_calendars(app: App, *, reveal: bool) -> Result:
    """Return the connected calendars, and which of them takes new bookings.

    Raises:
        VendorError, UnknownError: Cal.com could not be asked.
    """
    async with app.calcom() as client:
        answer = await client.calendars.list()
        meta = vendor_meta(app, answer.meta, client.requests)
    _log_reveal(app, reveal=reveal)
    views = [
        _calendar(account, calendar, answer.value, reveal=reveal)
        for account in answer.value.connected_calendars
        for calendar in account.calendars
    ]
    messages = [told(meta)] if views else ["no calendar is connected: Cal.com checks its own bookings only"]
    return Result(
        data={"calendars": views},
        table=Table(_CALENDARS, [_row(view) for view in views]),
        messages=messages,
        meta=meta,
        records="calendars",
    )


async def busy_times(app: App, window: Interval, *, reveal: bool) -> Result:
    """Return when the selected calendars are busy.

    Raises:
        NotFoundError: no calendar is selected, so Cal.com checks none.
        VendorError, UnknownError: Cal.com could not be asked.
    """
    zone = app.company.zone
    async with app.calcom() as client:
        selected = (await client.calendars.list()).value.selected
        if not selected:
            raise NotFoundError(
                "no calendar is selected for conflicts", hint="askpro calendars list; select one in Cal.com"
            )
        answer = await client.calendars.busy_times(window, zone, selected)
        meta = vendor_meta(app, answer.meta, client.requests)
    _log_reveal(app, reveal=reveal)
    views = [_busy(app, busy, reveal=reveal) for busy in answer.value]
    rows = [
        [when(view["start"], zone), until(view["start"], view["end"], zone), view["source"] or ""]
        for view in views
    ]
    records = [[view["start"], view["end"], view["source"] or ""] for view in views]
    return Result(
        data={
            "from": iso_local(window.start, zone),
            "to": iso_local(window.end, zone),
            "timezone": zone.key,
            "calendars_asked": len(selected),
            "busy": views,
        },
        table=Table(_BUSY, rows, tsv_rows=records),
        messages=[f"{counted(len(views), 'busy time')} in {counted(len(selected), 'calendar')}", told(meta)],
        meta=meta,
        records="busy",
    )


def _log_reveal(app: App, *, reveal: bool) -> None:
    if reveal:
        app.log.event("personal_data_revealed", what="calendars")


def _calendar(
    account: ConnectedCalendar, calendar: Calendar, known: CalendarList, *, reveal: bool
) -> dict[str, Any]:
    target = known.destination_calendar
    takes = target is not None and target.external_id == calendar.external_id
    return {
        "credential_id": calendar.credential_id or account.credential_id,
        "external_id": calendar.external_id if reveal else _masked(calendar.external_id),
        "name": (calendar.name or None) if reveal else (HIDDEN if calendar.name else None),
        "app": account.app or calendar.integration or None,
        "selected": calendar.is_selected,
        "read_only": calendar.read_only,
        "takes_bookings": takes,
    }


def _row(view: dict[str, Any]) -> list[str]:
    marks = ["yes" if view[name] else "" for name in ("selected", "takes_bookings")]
    return [str(view["credential_id"]), view["external_id"], view["app"] or "", *marks]


def _busy(app: App, busy: BusyTime, *, reveal: bool) -> dict[str, Any]:
    zone = app.company.zone
    source = busy.source or None
    return {
        "start": iso_local(busy.start, zone),
        "end": iso_local(busy.end, zone),
        "start_utc": iso_utc(busy.start),
        "end_utc": iso_utc(busy.end),
        "source": source if reveal or source is None else HIDDEN,
    }


def _masked(external_id: str) -> str:
    """Return a calendar's id without the person in it; most are addresses."""
    return mask_email(external_id) if "@" in external_id else HIDDEN
