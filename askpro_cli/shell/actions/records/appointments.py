"""``askpro appointments list|show|pending`` between the command line and the records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.booking.flow.showing import listing
from askpro_cli.booking.flow.showing.filters import AppointmentFilter
from askpro_cli.booking.flow.showing.views import appointment_view, history_view
from askpro_cli.shell.actions.booking_tables import properties_table
from askpro_cli.shell.actions.records.appointment_tables import appointments_table
from askpro_cli.shell.actions.records.opened import company_records, named_if_none
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.shell.context import App


def list_appointments(app: App, wanted: AppointmentFilter, *, reveal: bool, fail_if_none: bool) -> Result:
    """Return the appointments of a filter, in order of their starts; Cal.com is not asked.

    Raises:
        NotFoundError: no such company, branch, person or customer in the records.
        RecordsError: the database cannot be used.
    """
    one_more = replace(wanted, limit=wanted.limit + 1) if wanted.limit is not None else wanted
    found = company_records(app, read_only=True).run_in_transaction(
        lambda session: listing.list_appointments(session, one_more), context="list appointments"
    )
    shown = found if wanted.limit is None else found[: wanted.limit]
    complete = len(shown) == len(found)
    views = [appointment_view(one, app.company.zone, reveal=reveal) for one in shown]
    _note_revealed(app, [view["id"] for view in views], reveal=reveal)
    return Result(
        data={"appointments": views, "total": len(views) if complete else None},
        table=appointments_table(views, app.company.zone, contact=reveal),
        messages=[
            named_if_none(app, counted(len(views)), number=len(views))
            if complete
            else f"the first {counted(len(views))}; there are more"
        ],
        exit_code=ExitCode.NOTHING_MATCHED if fail_if_none and not views else None,
        meta=records_meta(app),
        records="appointments",
    )


def show_appointment(app: App, reference: int | str, *, reveal: bool) -> Result:
    """Return one appointment with the bookings that carried it, its mails and its activity.

    Raises:
        NotFoundError: the company has none of this id, and none that ever had this uid.
        RecordsError: the database cannot be used.
    """
    told = company_records(app, read_only=True).run_in_transaction(
        lambda session: listing.history(session, reference), context="show an appointment"
    )
    view = history_view(told, app.company.zone, reveal=reveal)
    _note_revealed(app, [view["id"]], reveal=reveal)
    uids = [link["uid"] for link in view["chain"]]
    moved = [f"moved: {' → '.join(uids)}"] if len(uids) > 1 else []
    return Result(
        data={"appointment": view}, table=properties_table(view), messages=moved, meta=records_meta(app)
    )


def records_meta(app: App) -> dict[str, Any]:
    """Return the meta of an answer of the records alone."""
    return {"company": app.company.slug, "timezone": app.company.timezone}


def counted(number: int) -> str:
    """Return ``1 appointment``, ``3 appointments``."""
    return "1 appointment" if number == 1 else f"{number} appointments"


def _note_revealed(app: App, ids: list[int], *, reveal: bool) -> None:
    if reveal:
        app.log.event("personal_data_revealed", appointments=ids)
