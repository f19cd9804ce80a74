"""``askpro services|branches|staff list`` between the command line and the records."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from askpro_cli.base.errors import AskproError
from askpro_cli.base.redaction import mask_name
from askpro_cli.booking.flow.mapping.naming import spelled
from askpro_cli.platform import offer_rows
from askpro_cli.shell.actions.records.appointments import records_meta
from askpro_cli.shell.actions.records.opened import company_records, named_if_none
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.platform.tenancy import TenantSession
    from askpro_cli.shell.context import App

R = TypeVar("R")

_ID = Column("Id", align="right", fit="keep", drop=4)
_IN_USE = Column("In use", fit="keep")
_SERVICES = (
    _ID,
    Column("Service", style="bold", fit="keep"),
    Column("Minutes", align="right", fit="keep"),
    Column("Price", align="right", fit="keep"),
    Column("Branches", drop=1),
    Column("Staff", drop=2),
    Column("Event types", drop=3),
    _IN_USE,
)
_BRANCHES = (
    _ID,
    Column("Branch", style="bold", fit="keep"),
    Column("Name", fit="cut"),
    Column("City", fit="cut", drop=1),
    Column("Zone", fit="keep", drop=2),
    Column("Numbers", drop=3),
    _IN_USE,
)
_STAFF = (
    Column("Id", align="right", style="bold", fit="keep"),
    Column("Name", fit="keep"),
    Column("Branch", fit="keep"),
    Column("Services"),
    Column("Cal.com user", align="right", fit="keep", drop=1),
    Column("Bookable", fit="keep"),
    _IN_USE,
)


def list_services(app: App, *, reveal: bool) -> Result:
    """Return what can be booked, where, with whom and by which event types.

    Raises:
        NotFoundError: the records know no such company.
        RecordsError: the database cannot be used.
    """
    found = _read(app, offer_rows.services)
    people = [person.id for row in found for person in row.staff]
    views = [_service(row, reveal=reveal) for row in found]
    _note_revealed(app, people, reveal=reveal)
    records = [_service_cells(view, str(view["price_cents"])) for view in views]
    rows = [_service_cells(view, f"{view['price_cents'] / 100:.2f}") for view in views]
    return _listed(app, "services", views, Table(_SERVICES, rows, tsv_rows=records))


def list_branches(app: App) -> Result:
    """Return where appointments happen, and the numbers that lead there.

    Raises:
        NotFoundError: the records know no such company.
        RecordsError: the database cannot be used.
    """
    views = [{**row._asdict(), "numbers": list(row.numbers)} for row in _read(app, offer_rows.branches)]
    return _listed(app, "branches", views, Table(_BRANCHES, [_cells(view) for view in views]))


def list_staff(app: App, *, reveal: bool) -> Result:
    """Return who takes appointments, and of what.

    Raises:
        NotFoundError: the records know no such company.
        RecordsError: the database cannot be used.
    """
    found = _read(app, offer_rows.staff)
    views = [
        {**row._asdict(), "name": _named(row.name, reveal=reveal), "services": list(row.services)}
        for row in found
    ]
    _note_revealed(app, [row.id for row in found], reveal=reveal)
    return _listed(app, "staff", views, Table(_STAFF, [_cells(view) for view in views]))


def is_service(app: App, text: str) -> bool:
    """Tell whether a service is called *text*, for a hint: records that cannot be read know of none."""
    try:
        found = _read(app, offer_rows.services)
    except AskproError:
        return False
    return any(spelled(row.name) == spelled(text) for row in found)


def _read(app: App, work: Callable[[TenantSession], list[R]]) -> list[R]:
    return company_records(app, read_only=True).run_in_transaction(work, context=f"list the {work.__name__}")


def _listed(app: App, what: str, views: list[dict[str, Any]], table: Table) -> Result:
    none = [] if views else [named_if_none(app, f"company {app.company.slug} has no {what}", number=0)]
    return Result(
        data={what: views, "total": len(views)},
        table=table,
        messages=none,
        meta=records_meta(app),
        records=what,
    )


def _service(row: offer_rows.ServiceRow, *, reveal: bool) -> dict[str, Any]:
    return {
        **row._asdict(),
        "branches": [place._asdict() for place in row.branches],
        "staff": [{"id": one.id, "name": _named(one.name, reveal=reveal)} for one in row.staff],
        "event_type_ids": list(row.event_type_ids),
    }


def _service_cells(view: dict[str, Any], price: str) -> list[str]:
    shown = view | {
        "price_cents": price,
        "branches": [place["slug"] for place in view["branches"]],
        "staff": [person["name"] for person in view["staff"]],
    }
    return _cells(shown)


def _cells(view: dict[str, Any]) -> list[str]:
    return [_cell(value) for value in view.values()]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)


def _named(name: str, *, reveal: bool) -> str:
    return name if reveal else mask_name(name)


def _note_revealed(app: App, people: list[int], *, reveal: bool) -> None:
    if reveal:
        app.log.event("personal_data_revealed", staff=sorted(set(people)))
