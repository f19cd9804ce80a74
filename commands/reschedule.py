"""``askpro reschedule`` (also ``askpro update``): move a booking, or an appointment of the records."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Move a booking to another time.

Cal.com makes a new booking with a new uid, which is printed; the old one is cancelled and names it. The
length stays. Repeated after success it is a success that sends nothing. A refused time exits 1, offers
alternatives, and leaves the booking where it was. A booking with seats is moved seat by seat (--seat).

An appointment of the records, named by its id or by any uid it ever had, is moved on both sides: the same
row, with a mail. That is refused shortly before it begins (booking.modify_notice_hours) unless
--override-notice is given, which is logged. A uid that the records do not know is a booking alone.

Examples:
  askpro reschedule --appointment 17 --start 2026-11-24T11:00
  askpro reschedule mg3EVprisqeBSLKZey4rKf --start 2026-11-24T11:00
  askpro reschedule mg3EVprisqeBSLKZey4rKf --start 2026-11-24T11:00+01:00 --reason "asked by phone" --json
"""
)


@app.command()
def reschedule(
    ctx: typer.Context,
    uid: Annotated[str | None, typer.Argument(help="The booking, or the id of an appointment")] = None,
    *,
    appointment: Annotated[
        int | None, typer.Option("--appointment", help="Appointment of the records")
    ] = None,
    start: Annotated[str, typer.Option("--start", help="The new start")],
    reason: Annotated[str | None, typer.Option("--reason", help="Told to the attendee")] = None,
    seat: Annotated[str | None, typer.Option("--seat", help="Move this seat alone")] = None,
    override_notice: Annotated[
        bool, typer.Option("--override-notice", help="Move it although it begins soon; logged")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be moved")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accepted; moving asks nothing")] = False,
) -> Awaitable[Result]:
    """Check what was typed and return the work."""
    from askpro_cli.shell.actions.records.appointment_names import named, refuse_parts, refuse_unknown
    from askpro_cli.shell.actions.wanted import check_seat_move, read_start

    del yes
    run, name = app_of(ctx), named(uid, appointment)
    instant = read_start(run, start)
    check_seat_move(seat, reason)
    from askpro_cli.shell.actions.records import appointment_changes  # costs: after the check

    known = appointment_changes.find_known(run, name)
    if known is not None:
        refuse_parts({"--seat": seat is not None})
        terms = appointment_changes.terms_of(run, reason, override=override_notice)
        return appointment_changes.move(run, known, instant, terms, dry_run=dry_run)
    refuse_unknown({"--override-notice": override_notice})
    from askpro_cli.shell.actions import changes

    move = changes.Move(instant, reason, seat)
    return changes.reschedule(run, str(name), move, dry_run=dry_run)
