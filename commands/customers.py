"""``askpro customers``: who calls, who is one person twice, and what is kept of whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from askpro_cli.base.row_keys import LARGEST_KEY
from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""List, merge, export and erase customers.

Customers belong to one company. People are masked unless --reveal is given, which is written to the run's
log.

Examples:
  askpro customers list --phone "0171 3920012"
  askpro customers duplicates
"""
)

_LIST_HELP = """List customers, found by number, address or the beginning of the name.

A number or an address that was merged into another customer leads to that one.

Examples:
  askpro customers list --phone "0171 3920012" --reveal
  askpro customers list --name "Anna S" --json
  askpro customers list --status erased
"""

_SHOW_HELP = """Show one customer, and how much hangs on it.

Examples:
  askpro customers show 7
  askpro customers show 7 --reveal --json
"""

_DUPLICATES_HELP = """List rows that are probably one person, the surest first.

A number in two spellings or among the further numbers is sure; the same address is likely where the names
agree as well, else possible, for families share one. The same name alone is never a reason.

Examples:
  askpro customers duplicates
  askpro customers duplicates --json
"""

_MERGE_HELP = """Merge a customer into another: everything moves, or nothing does.

What the kept customer says goes first; what it lacks comes from the other. The other stays as a signpost for
its number. There is no way back. Elsewhere than on a terminal it needs --yes.

Examples:
  askpro customers merge 3 7 --dry-run
  askpro customers merge 3 7 --yes
"""

_EXPORT_HELP = """Write all that is kept of a person into a JSON file that only you can read.

Which is written to the run's log. A file that is there is not written over.

Examples:
  askpro customers export 7 anna.json
"""

_ERASE_HELP = """Erase a person's data wherever it stands; counts, durations and money stay.

Refused while appointments are ahead. It says what cannot be erased from here: bookings at Cal.com, recordings
at the voice vendor, mails that went out, backups. There is no way back. Elsewhere than on a terminal it needs
--yes.

Examples:
  askpro customers erase 7 --dry-run
  askpro customers erase 7 --yes
"""

CustomerId = Annotated[int, typer.Argument(min=1, max=LARGEST_KEY, help="The customer's id")]
Reveal = Annotated[bool, typer.Option("--reveal", help="Show names, addresses and numbers")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask")]


@app.command("list", help=_LIST_HELP)
def list_(
    ctx: typer.Context,
    *,
    phone: Annotated[str | None, typer.Option("--phone", help="Only of this number")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Only of this address")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Only whose name begins so")] = None,
    status: Annotated[str, typer.Option("--status", help="active, merged, erased or all")] = "active",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many")] = 200,
    fail_if_none: Annotated[bool, typer.Option("--fail-if-none", help="Exit 7 when nothing matched")] = False,
    reveal: Reveal = False,
) -> Result:
    """Check the filter and return the list."""
    from askpro_cli.shell.actions.records.customer_filter import read_filter

    wanted = read_filter(phone=phone, email=email, name=name, status=status, limit=limit)
    from askpro_cli.shell.actions.records import customers  # costs: after the check

    return customers.list_customers(app_of(ctx), wanted, reveal=reveal, fail_if_none=fail_if_none)


@app.command("show", help=_SHOW_HELP)
def show(ctx: typer.Context, customer: CustomerId, *, reveal: Reveal = False) -> Result:
    """Return the customer."""
    from askpro_cli.shell.actions.records.customers import show_customer

    return show_customer(app_of(ctx), customer, reveal=reveal)


@app.command("duplicates", help=_DUPLICATES_HELP)
def duplicates(ctx: typer.Context, *, reveal: Reveal = False) -> Result:
    """Return the pairs."""
    from askpro_cli.shell.actions.records.customers import list_duplicates

    return list_duplicates(app_of(ctx), reveal=reveal)


@app.command("merge", help=_MERGE_HELP)
def merge(
    ctx: typer.Context,
    kept: Annotated[int, typer.Argument(min=1, max=LARGEST_KEY, help="The customer that stays")],
    merged: Annotated[int, typer.Argument(min=1, max=LARGEST_KEY, help="The customer that goes into it")],
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Result:
    """Confirm and merge."""
    from askpro_cli.shell.actions.records.customer_changes import merge_customers

    return merge_customers(app_of(ctx), kept, merged, dry_run=dry_run, yes=yes)


@app.command("export", help=_EXPORT_HELP)
def export(
    ctx: typer.Context,
    customer: CustomerId,
    file: Annotated[Path, typer.Argument(help="Where to write it; must not be there yet")],
) -> Result:
    """Write the file."""
    from askpro_cli.shell.actions.records.customer_changes import export_customer

    return export_customer(app_of(ctx), customer, file)


@app.command("erase", help=_ERASE_HELP)
def erase(ctx: typer.Context, customer: CustomerId, *, dry_run: DryRun = False, yes: Yes = False) -> Result:
    """Confirm and erase."""
    from askpro_cli.shell.actions.records.customer_changes import erase_customer

    return erase_customer(app_of(ctx), customer, dry_run=dry_run, yes=yes)
