"""``askpro db seed``: the demo company in the records, and what the settings still lack for it."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING

from askpro_cli.base.errors import StateError
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.platform.upkeep.seed import SeedReport
    from askpro_cli.shell.context import App

_COLUMNS = (Column("Table", style="bold"), Column("Added", align="right"), Column("Present", align="right"))


def seed_records(app: App, *, beside_others: bool, yes: bool) -> Result:
    """Load the demo company; an SQLite file is made first where there is none.

    Raises:
        ConfirmationError: nobody is there to ask, and no --yes.
        RefusedError: other companies are in the records, or something of the demo's belongs to them.
        RecordsError: the database cannot be used.
    """
    from askpro_cli.platform import dialects
    from askpro_cli.platform.upkeep.seed import seed
    from askpro_cli.shell.actions.records.opened import platform_records
    from askpro_cli.shell.wiring import records_url

    where = dialects.shown(dialects.parse_url(records_url(app)))
    app.confirm(f"add the demo company to {where}", yes=yes)
    report = seed(platform_records(app), beside_others=beside_others)
    _forget_services(app, report.company)
    missing = missing_line(app, report.company)
    return Result(
        data={
            "database": where,
            "company": report.company,
            "added": report.added,
            "present": report.present,
            "missing_setting": missing,
        },
        table=Table(_COLUMNS, _rows(report)),
        messages=_messages(report, missing),
    )


def _forget_services(app: App, slug: str) -> None:
    """Forget what services meant before; a shared state that is away holds nothing that lasts."""
    from askpro_cli.booking.service_cache import forget_services
    from askpro_cli.shell.wiring import open_state_store

    with suppress(StateError), closing(open_state_store(app, slug)) as store:
        forget_services(store)


def missing_line(app: App, slug: str) -> str | None:
    """Return the line the settings lack so that --company *slug* is accepted; None when it is already.

    Where no company is configured, any that the records hold may be named.
    """
    configured = app.settings.companies()
    if not configured or slug in configured:
        return None
    return f"companies: {{{slug}: {{}}}}"


def _rows(report: SeedReport) -> list[list[str]]:
    names = [*report.added, *(name for name in report.present if name not in report.added)]
    return [[name, str(report.added.get(name, 0)), str(report.present.get(name, 0))] for name in names]


def _messages(report: SeedReport, missing: str | None) -> list[str]:
    done = "added" if report.added else "was there already, complete"
    told = [f"company {report.company} {done}: --company {report.company}; askpro sandbox plays its Cal.com"]
    if missing:
        told.append(f"the settings lack the line {missing}: askpro config path tells in which file")
    return told
