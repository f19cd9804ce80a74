"""``askpro customers list|show|duplicates`` between the command line and the records."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.shell.actions.booking_tables import properties_table
from askpro_cli.shell.actions.records.opened import company_records, named_if_none
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.shell.actions.records.customer_filter import WantedCustomers
    from askpro_cli.shell.context import App

_CUSTOMERS = (
    Column("Id", align="right", style="bold", fit="keep"),
    Column("Name", fit="cut"),
    Column("Phone", fit="keep"),
    Column("E-mail", fit="cut", drop=1),
    Column("Appointments", align="right", fit="keep"),
    Column("Last call", fit="keep", drop=2),
    Column("Status", fit="keep", drop=3),
)
_DUPLICATES = (
    Column("Confidence", style="bold", fit="keep"),
    Column("Keep", align="right", fit="keep"),
    Column("Merge", align="right", fit="keep"),
    Column("Reasons"),
    Column("Names", fit="cut", drop=1),
)


def list_customers(app: App, wanted: WantedCustomers, *, reveal: bool, fail_if_none: bool) -> Result:
    """Return the customers of the run's company that are wanted.

    Raises:
        NotFoundError: the records know no such company.
        RecordsError: the database cannot be used.
    """
    from askpro_cli.booking.customers import listing
    from askpro_cli.booking.customers.views import customer_view

    asked = listing.CustomerFilter(**asdict(wanted))
    found = company_records(app, read_only=True).run_in_transaction(
        lambda session: listing.list_customers(session, asked), context="list customers"
    )
    views = [customer_view(one.customer, reveal=reveal) | {"appointments": one.appointments} for one in found]
    _log_revealed(app, [view["id"] for view in views], reveal=reveal)
    return Result(
        data={"customers": views},
        table=Table(_CUSTOMERS, [_row(view) for view in views]),
        messages=[named_if_none(app, _counted(len(views), limit=wanted.limit), number=len(views))],
        exit_code=ExitCode.NOTHING_MATCHED if fail_if_none and not views else None,
        records="customers",
    )


def show_customer(app: App, customer: int, *, reveal: bool) -> Result:
    """Return one customer and how much hangs on it.

    Raises:
        NotFoundError: the company has no such customer.
        RefusedError: it was merged into another.
        RecordsError: the database cannot be used.
    """
    from askpro_cli.booking.customers.person import gather
    from askpro_cli.booking.customers.views import person_view

    person = company_records(app, read_only=True).run_in_transaction(
        lambda session: gather(session, customer, activity=False), context="show a customer"
    )
    _log_revealed(app, [customer], reveal=reveal)
    view = person_view(person, reveal=reveal)
    return Result(data={"customer": view}, table=properties_table(view))


def list_duplicates(app: App, *, reveal: bool) -> Result:
    """Return the pairs of rows that are probably one person.

    Raises:
        NotFoundError: the records know no such company.
        RecordsError: the database cannot be used.
    """
    from askpro_cli.booking.customers.duplicates import duplicates
    from askpro_cli.booking.customers.views import duplicate_view

    pairs = company_records(app, read_only=True).run_in_transaction(duplicates, context="look for duplicates")
    views = [duplicate_view(pair, reveal=reveal) for pair in pairs]
    _log_revealed(app, [key for pair in pairs for key in (pair.kept, pair.merged)], reveal=reveal)
    first = [f"next: askpro customers merge {one.kept} {one.merged} --dry-run" for one in pairs[:1]]
    return Result(
        data={"duplicates": views},
        table=Table(_DUPLICATES, [_pair(view) for view in views]),
        messages=first or ["no two customers share a number or an address"],
        records="duplicates",
    )


def _log_revealed(app: App, customers: list[int], *, reveal: bool) -> None:
    if reveal:
        app.log.event("personal_data_revealed", customers=customers)


def _row(view: dict[str, Any]) -> list[str]:
    number, last = str(view["appointments"]), view["last_call_at"] or ""
    contact = [view["phone"] or "", view["email"] or ""]
    return [str(view["id"]), view["name"], *contact, number, last, view["status"]]


def _pair(view: dict[str, Any]) -> list[str]:
    kept, merged = view["kept"], view["merged"]
    reasons = ", ".join(reason.replace("_", " ") for reason in view["reasons"])
    names = f"{kept['name']} / {merged['name']}"
    return [view["confidence"], str(kept["id"]), str(merged["id"]), reasons, names]


def _counted(number: int, *, limit: int) -> str:
    counted = "1 customer" if number == 1 else f"{number} customers"
    return f"the first {counted}; there may be more (--limit)" if number == limit else counted
