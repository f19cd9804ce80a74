"""``askpro bookings``: list and show, and what a host does to a booking."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""List and show bookings, and act on them as their host.

People are masked unless --reveal is given, which is written to the run's log. What is so already is a success
that sends nothing, so every command may be run again.

Examples:
  askpro bookings list --status upcoming
  askpro bookings show mg3EVprisqeBSLKZey4rKf
  askpro bookings confirm mg3EVprisqeBSLKZey4rKf
"""
)

_LIST_HELP = """List bookings, all pages, sorted by start.

The status is upcoming, recurring, past, cancelled (also rejected) or unconfirmed. Bounds take days (the last
one is included) or times. Every filter is held against the answer too: what Cal.com sends besides is dropped
and counted (--verbose). With --limit no more pages are asked for than it takes.

Examples:
  askpro bookings list --status upcoming --from today --to +7d
  askpro bookings list --team salon-team --event-type salon-team/haarschnitt --output ndjson
  askpro bookings list --updated-after -1d --sort updated --descending --limit 20
  askpro bookings list --attendee-email anna@example.org --fail-if-none --json
"""

_SHOW_HELP = """Show one booking, with the moves before and after it.

A move makes a new booking; the chain is followed both ways, and where it breaks that is a finding.

Examples:
  askpro bookings show mg3EVprisqeBSLKZey4rKf --reveal
  askpro bookings show mg3EVprisqeBSLKZey4rKf --series
"""

_CONFIRM_HELP = """Accept a booking that waits for its host.

Examples:
  askpro bookings confirm mg3EVprisqeBSLKZey4rKf
  askpro bookings confirm mg3EVprisqeBSLKZey4rKf --dry-run
"""

_DECLINE_HELP = """Reject a booking that waits for its host.

On a terminal it shows what would be declined and asks; elsewhere it needs --yes.

Examples:
  askpro bookings decline mg3EVprisqeBSLKZey4rKf --reason "fully booked" --yes
"""

_ABSENT_HELP = """Note who did not come, after the appointment has begun.

--present takes it back: they came after all.

Examples:
  askpro bookings mark-absent mg3EVprisqeBSLKZey4rKf --attendee anna@example.org
  askpro bookings mark-absent mg3EVprisqeBSLKZey4rKf --host --present
"""

_REASSIGN_HELP = """Give a round-robin booking to another host.

Without --to Cal.com chooses one, each time the command is run.

Examples:
  askpro bookings reassign mg3EVprisqeBSLKZey4rKf --to 103 --reason "Lea is ill"
"""

_LOCATION_HELP = """Change where a booking takes place.

The place is written as for book: link, integration:NAME, attendeePhone:NUMBER and so on.

Examples:
  askpro bookings location mg3EVprisqeBSLKZey4rKf attendeePhone:+493023125001
"""

_GUESTS_HELP = """Invite further people to a booking.

Examples:
  askpro bookings guests mg3EVprisqeBSLKZey4rKf --add otto@example.org
"""

Uid = Annotated[str, typer.Argument(help="The booking")]
Reveal = Annotated[bool, typer.Option("--reveal", help="Show names, addresses and numbers")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done")]
Yes = Annotated[bool, typer.Option("--yes", help="Accepted; this asks nothing")]
Texts = list[str] | None


@app.command("list", help=_LIST_HELP)
def list_(
    ctx: typer.Context,
    *,
    status: Annotated[Texts, typer.Option("--status", help="Only these; may be repeated")] = None,
    uid: Annotated[str | None, typer.Option("--uid", help="Only this booking")] = None,
    event_type: Annotated[
        Texts, typer.Option("--event-type", help="Id, user/slug, team/slug or alias; may be repeated")
    ] = None,
    team: Annotated[Texts, typer.Option("--team", help="Id or slug; may be repeated")] = None,
    attendee_email: Annotated[
        str | None, typer.Option("--attendee-email", help="Only of this attendee")
    ] = None,
    attendee_name: Annotated[
        str | None, typer.Option("--attendee-name", help="Only of this name, as Cal.com has it")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Starting then or later")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Ending then or earlier")] = None,
    created_after: Annotated[str | None, typer.Option("--created-after", help="Made then or later")] = None,
    created_before: Annotated[
        str | None, typer.Option("--created-before", help="Made then or earlier")
    ] = None,
    updated_after: Annotated[
        str | None, typer.Option("--updated-after", help="Changed then or later")
    ] = None,
    updated_before: Annotated[
        str | None, typer.Option("--updated-before", help="Changed then or earlier")
    ] = None,
    sort: Annotated[str | None, typer.Option("--sort", help="start, end, created or updated")] = None,
    descending: Annotated[bool, typer.Option("--descending", help="The last of that order first")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many")] = None,
    fail_if_none: Annotated[bool, typer.Option("--fail-if-none", help="Exit 7 when nothing matched")] = False,
    reveal: Reveal = False,
) -> Awaitable[Result]:
    """Check the filter and return the work."""
    from askpro_cli.shell.actions.booking_filter import TypedFilter, read_filter

    run = app_of(ctx)
    typed = TypedFilter(
        status=status or [],
        uid=uid,
        event_types=event_type or [],
        teams=team or [],
        email=attendee_email,
        name=attendee_name,
        start=from_,
        end=to,
        created_after=created_after,
        created_before=created_before,
        updated_after=updated_after,
        updated_before=updated_before,
        sort=sort,
        descending=descending,
    )
    wanted = read_filter(run, typed)
    from askpro_cli.shell.actions.bookings import (
        list_bookings,  # costs: after the check, so that a slip is told at once
    )

    return list_bookings(run, wanted, limit=limit, reveal=reveal, fail_if_none=fail_if_none)


@app.command("show", help=_SHOW_HELP)
def show(
    ctx: typer.Context,
    uid: Uid,
    *,
    series: Annotated[bool, typer.Option("--series", help="Show the series it belongs to")] = False,
    reveal: Reveal = False,
) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.bookings import show_booking

    return show_booking(app_of(ctx), uid, reveal=reveal, series=series)


@app.command("confirm", help=_CONFIRM_HELP)
def confirm(ctx: typer.Context, uid: Uid, *, dry_run: DryRun = False, yes: Yes = False) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.booking.acting import confirming
    from askpro_cli.shell.actions.acting import act

    del yes
    return act(app_of(ctx), uid, confirming(), dry_run=dry_run)


@app.command("decline", help=_DECLINE_HELP)
def decline(
    ctx: typer.Context,
    uid: Uid,
    *,
    reason: Annotated[str | None, typer.Option("--reason", help="Told to the attendee")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Decline without asking")] = False,
    dry_run: DryRun = False,
) -> Awaitable[Result]:
    """Confirm, and return the work."""
    from askpro_cli.booking.acting import declining
    from askpro_cli.shell.actions.acting import act, confirm_decline

    run = app_of(ctx)
    if not (dry_run or yes):
        confirm_decline(run, uid)
    return act(run, uid, declining(reason), dry_run=dry_run)


@app.command("mark-absent", help=_ABSENT_HELP)
def mark_absent(
    ctx: typer.Context,
    uid: Uid,
    *,
    host: Annotated[bool, typer.Option("--host", help="The host")] = False,
    attendee: Annotated[
        Texts, typer.Option("--attendee", help="An attendee's address; may be repeated")
    ] = None,
    present: Annotated[bool, typer.Option("--present", help="They came after all")] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Awaitable[Result]:
    """Check what was typed and return the work."""
    from askpro_cli.shell.actions.wanted import read_absentees

    del yes
    emails = read_absentees(attendee or [], host=host)
    from askpro_cli.shell.actions.acting import mark_absent as work

    return work(app_of(ctx), uid, host=host, emails=emails, absent=not present, dry_run=dry_run)


@app.command("reassign", help=_REASSIGN_HELP)
def reassign(
    ctx: typer.Context,
    uid: Uid,
    *,
    to: Annotated[str | None, typer.Option("--to", help="Cal.com user id of the new host")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; only with --to")] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Awaitable[Result]:
    """Check what was typed and return the work."""
    from askpro_cli.shell.actions.wanted import read_new_host

    del yes
    to_user = read_new_host(to, reason)
    from askpro_cli.shell.actions.acting import reassign as work

    return work(app_of(ctx), uid, to_user, reason, dry_run=dry_run)


@app.command("location", help=_LOCATION_HELP)
def location(
    ctx: typer.Context,
    uid: Uid,
    place: Annotated[str, typer.Argument(help="Where")],
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Awaitable[Result]:
    """Check what was typed and return the work."""
    from askpro_cli.booking.places import parse_new_place

    del yes
    wanted = parse_new_place(place)
    from askpro_cli.booking.acting import relocating
    from askpro_cli.shell.actions.acting import act

    return act(app_of(ctx), uid, relocating(wanted), dry_run=dry_run)


@app.command("guests", help=_GUESTS_HELP)
def guests(
    ctx: typer.Context,
    uid: Uid,
    *,
    add: Annotated[list[str], typer.Option("--add", help="An address; may be repeated")],
    dry_run: DryRun = False,
    yes: Yes = False,
) -> Awaitable[Result]:
    """Check what was typed and return the work."""
    from askpro_cli.booking.requests import check_new_guests

    del yes
    wanted = check_new_guests(add)
    from askpro_cli.booking.acting import inviting
    from askpro_cli.shell.actions.acting import act

    return act(app_of(ctx), uid, inviting(wanted), dry_run=dry_run)
