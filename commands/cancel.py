"""``askpro cancel``: cancel a booking, or an appointment of the records."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Cancel a booking.

On a terminal it shows what would be cancelled and asks; elsewhere it needs --yes. Repeated after success it
is a success. A booking that was moved is not cancelled by its old uid: the answer names the new one. Where
several people share an appointment, --seat gives up the seat of one and --all-seats cancels it for all.
--subsequent cancels the later ones of a series, too.

An appointment of the records, named by its id or by any uid it ever had, is cancelled on both sides, with a
mail. That is refused shortly before it begins (booking.modify_notice_hours) unless --override-notice is
given, which is logged. A uid that the records do not know is a booking alone. One that still waits for
Cal.com was never sent and is cancelled here. --records-only cancels an appointment whose booking Cal.com does
not know any more, or has cancelled: Cal.com is asked first, and a booking that stands there refuses it.

Examples:
  askpro cancel --appointment 17 --reason "caller is ill" --yes
  askpro cancel 17 --records-only --reason "gone at Cal.com" --yes
  askpro cancel mg3EVprisqeBSLKZey4rKf --reason "caller is ill" --yes
  askpro cancel mg3EVprisqeBSLKZey4rKf --reason "caller is ill" --dry-run
  askpro cancel mg3EVprisqeBSLKZey4rKf --seat 5b1b8c1e-0f5e-4a55-9b0a-2f1c6d0e7a11 --reason "ill" --yes
"""
)


@app.command()
def cancel(
    ctx: typer.Context,
    uid: Annotated[str | None, typer.Argument(help="The booking, or the id of an appointment")] = None,
    *,
    appointment: Annotated[
        int | None, typer.Option("--appointment", help="Appointment of the records")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Told to the attendee")],
    seat: Annotated[str | None, typer.Option("--seat", help="Give up this seat alone")] = None,
    all_seats: Annotated[bool, typer.Option("--all-seats", help="Cancel it for all who share it")] = False,
    subsequent: Annotated[
        bool, typer.Option("--subsequent", help="Cancel the later ones of its series, too")
    ] = False,
    override_notice: Annotated[
        bool, typer.Option("--override-notice", help="Cancel it although it begins soon; logged")
    ] = False,
    records_only: Annotated[
        bool, typer.Option("--records-only", help="Cancel the appointment of a booking that is gone")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Cancel without asking")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be cancelled")] = False,
) -> Awaitable[Result]:
    """Confirm, and return the work."""
    from askpro_cli.shell.actions.records.appointment_names import named, refuse_parts, refuse_unknown
    from askpro_cli.shell.actions.wanted import check_cancellation, check_reason

    run, name = app_of(ctx), named(uid, appointment)
    checked = check_reason(reason)
    check_cancellation(seat, all_seats=all_seats, subsequent=subsequent)
    from askpro_cli.shell.actions.records import appointment_changes  # costs: after the check

    known = appointment_changes.find_known(run, name)
    if known is not None:
        refuse_parts({"--seat": seat is not None, "--all-seats": all_seats, "--subsequent": subsequent})
        if not (dry_run or yes):
            appointment_changes.confirm_cancellation(run, known, records_only=records_only)
        terms = appointment_changes.terms_of(run, checked, override=override_notice)
        return appointment_changes.cancel(run, known, terms, records_only=records_only, dry_run=dry_run)
    refuse_unknown({"--override-notice": override_notice, "--records-only": records_only})
    from askpro_cli.shell.actions import changes

    what = changes.Cancellation(seat, all_seats, subsequent)
    if not (dry_run or yes):
        changes.confirm_cancellation(run, str(name), what)
    return changes.cancel(run, str(name), checked, what, dry_run=dry_run)
