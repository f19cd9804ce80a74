"""``askpro appointments``: what the records say of appointments, and what is left to finish."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.base.row_keys import LARGEST_KEY
from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""List and show the records' appointments, and finish what was left open.

Answered from the records alone; Cal.com is asked by sync only. People are masked unless --reveal is given,
which is written to the run's log.

Examples:
  askpro appointments list --day today
  askpro appointments show 17
  askpro appointments pending
  askpro appointments sync
"""
)

_LIST_HELP = """List appointments, in order of their starts.

Days are those of the company's zone; --from and --to take 2026-11-23, today, +3d (the day of --to is
included) or a time. Without any of them the list begins today, and for --customer with the first.

Examples:
  askpro appointments list --day tomorrow --branch mitte
  askpro appointments list --from 2026-11-23 --to 2026-11-29 --status scheduled --output ndjson
  askpro appointments list --customer 7 --json
"""

_SHOW_HELP = """Show one appointment: its bookings at Cal.com, its mails, and who did what.

It is named by its id, or by any uid that a booking of it ever had.

Examples:
  askpro appointments show 17 --reveal
  askpro appointments show mg3EVprisqeBSLKZey4rKf
"""

_PENDING_HELP = """Show what earlier runs left open, and why; Cal.com is not asked.

Open is an appointment whose booking, move or cancellation was interrupted, or that waits for a Cal.com that
was down; an orphan is a booking at Cal.com without an appointment.

Examples:
  askpro appointments pending
  askpro appointments pending --json
"""

_SYNC_HELP = """Finish what earlier runs left open; safe to run again, and beside others.

Each is looked for at Cal.com before anything is sent again. Exit 6 when a part could not be finished or had
to be given up, 5 when nothing could be. A run that lives keeps what it is at; a killed one is succeeded after
a minute. --due leaves what is put off after a failure, for cron.

Examples:
  askpro appointments sync
  askpro appointments sync --due --quiet
  askpro appointments sync --limit 10 --dry-run
"""

Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many")]
Reveal = Annotated[bool, typer.Option("--reveal", help="Show names, addresses and numbers")]


@app.command("list", help=_LIST_HELP)
def list_(
    ctx: typer.Context,
    *,
    day: Annotated[str | None, typer.Option("--day", help="Those of this day")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Starting then or later")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Starting before, or on this day")] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="Only of this branch: slug, name or id")
    ] = None,
    staff: Annotated[str | None, typer.Option("--staff", help="Only of this person: name or id")] = None,
    status: Annotated[
        list[str] | None, typer.Option("--status", help="Only in this state; may be repeated")
    ] = None,
    customer: Annotated[
        int | None, typer.Option("--customer", min=1, max=LARGEST_KEY, help="Only of this customer: id")
    ] = None,
    limit: Limit = 200,
    fail_if_none: Annotated[bool, typer.Option("--fail-if-none", help="Exit 7 when nothing matched")] = False,
    reveal: Reveal = False,
) -> Result:
    """Check the filter and return the list."""
    from askpro_cli.shell.actions.records.appointment_filter import TypedFilter, read_filter

    run = app_of(ctx)
    typed = TypedFilter(
        day=day,
        start=from_,
        end=to,
        branch=branch,
        staff=staff,
        status=tuple(status or ()),
        customer=customer,
        limit=limit,
    )
    wanted = read_filter(run, typed)
    from askpro_cli.shell.actions.records import appointments  # costs: after the check

    return appointments.list_appointments(run, wanted, reveal=reveal, fail_if_none=fail_if_none)


@app.command("show", help=_SHOW_HELP)
def show(
    ctx: typer.Context,
    appointment: Annotated[str, typer.Argument(help="Its id, or a uid of Cal.com")],
    *,
    reveal: Reveal = False,
) -> Result:
    """Return it with its history."""
    from askpro_cli.shell.actions.records.appointment_names import parse_appointment

    reference = parse_appointment(appointment)
    from askpro_cli.shell.actions.records.appointments import show_appointment

    return show_appointment(app_of(ctx), reference, reveal=reveal)


@app.command("pending", help=_PENDING_HELP)
def pending(ctx: typer.Context, *, limit: Limit = 200) -> Result:
    """Return what is open."""
    from askpro_cli.shell.actions.records.appointment_sync import show_pending

    return show_pending(app_of(ctx), limit=limit)


@app.command("sync", help=_SYNC_HELP)
def sync(
    ctx: typer.Context,
    *,
    limit: Limit = 100,
    due: Annotated[bool, typer.Option("--due", help="Only what is not put off after a failure")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be finished")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accepted; this asks nothing")] = False,
) -> Result | Awaitable[Result]:
    """Return the work, or what it would be about."""
    from askpro_cli.shell.actions.records.appointment_sync import show_pending, sync_appointments

    del yes
    if dry_run:
        return show_pending(app_of(ctx), limit=limit, dry_run=True)
    return sync_appointments(app_of(ctx), limit=limit, due_only=due)
