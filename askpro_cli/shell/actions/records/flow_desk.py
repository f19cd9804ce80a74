"""Builds the tools of the booking flow from the run's App."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.resilience.threads import hop
from askpro_cli.shell.actions.desk import make_desk
from askpro_cli.shell.actions.records.opened import company_records

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.platform.records import Records
    from askpro_cli.shell.context import App


async def open_flow(app: App, client: CalcomClient, records: Records | None = None) -> FlowDesk:
    """Return what an appointment is booked, moved and cancelled with.

    Args:
        app: of this run.
        client: of the company's Cal.com.
        records: of the company, where they are open already.

    Raises:
        NotFoundError: the records know no such company.
        ConfigError, RecordsError: the database cannot be used.
    """
    if records is None:
        records = await hop(lambda: company_records(app))
    return FlowDesk(
        make_desk(app, client),
        records,
        app.company.slug,
        app.run_id,
        keep_pending=app.settings.flag("booking.pending_sync"),
    )
