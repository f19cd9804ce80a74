"""``askpro book``: make a booking, or an appointment of the records, once."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Annotated

import typer

from askpro_cli.base.row_keys import LARGEST_KEY
from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.shell.actions.wanted import Typed
    from askpro_cli.shell.context import App

app = command_app(
    help="""Book an appointment, of an event type or of a service.

EVENT_TYPE makes a booking at Cal.com. --service NAME makes an appointment in the records, too, with its
customer and its mail; --customer ID takes name, number and address from there, and --call says which call
asks and so at which branch. A time that another appointment has is refused whatever Cal.com says.

Run again after anything (a time-out, Ctrl-C, a crash), it books nothing twice: the booking carries an
idempotency key, given or derived from who, what and when. A refused slot exits 1 and offers alternatives; an
unknown fate exits 5 and may simply be run again.

--location is address, link, phone, organizersDefaultApp, integration:NAME, attendeeAddress:STREET,
attendeePhone[:NUMBER] or attendeeDefined:TEXT. attendeePhone without a number takes that of --phone; where a
call is all that is offered, --phone alone will do.

--reserve holds the slot while it is booked and gives it back on every way out. A recurring event type needs
--occurrences. With calcom.bookings_api_version 2026-02-25 a key of a host may set aside the vendor's rules
(--allow-conflicts, --allow-out-of-bounds, --skip-limits).

Examples:
  askpro book 1001 --start 2026-11-23T10:00 --name "Anna Schmidt" --email anna@example.org
  askpro book --service Herrenhaarschnitt --branch mitte --start 2026-11-23T10:00 --customer 7
  askpro book --service Herrenhaarschnitt --start 2026-11-23T10:00 --name Anna --email anna@example.org
  askpro book haarschnitt --start 2026-11-23T10:00 --name "Anna Schmidt" --phone "030 23125 001" --next
  askpro book 1001 --start 2026-11-23T10:00 --name Anna --email anna@example.org --idempotency-key call-17
  askpro book 1001 --start 2026-11-23T10:00 --name Anna --email anna@example.org --reserve --dry-run
"""
)


_EventType = Annotated[
    str | None, typer.Argument(help="Id, user/slug, team/slug or alias; or give --service")
]
_Service = Annotated[str | None, typer.Option(help="Service of the records")]
_Branch = Annotated[str | None, typer.Option(help="Where: slug, name or id")]
_Staff = Annotated[str | None, typer.Option(help="With whom: name or id")]
_Customer = Annotated[
    int | None, typer.Option(min=1, max=LARGEST_KEY, help="Who comes: id of a customer of the records")
]
_Call = Annotated[str | None, typer.Option(help="The call that asks: Retell's call id")]
_Start = Annotated[str, typer.Option(help="When, with zone or in the company's zone")]
_Name = Annotated[str | None, typer.Option(help="Who comes")]
_Email = Annotated[str | None, typer.Option(help="The attendee's address")]
_Phone = Annotated[str | None, typer.Option(help="The attendee's number; withheld (anonymous) is none")]
_Duration = Annotated[int | None, typer.Option(help="Length in minutes")]
_Fields = Annotated[list[str] | None, typer.Option(help="Answer to a booking field: slug=value")]
_Metadata = Annotated[list[str] | None, typer.Option(help="Entry to store with it: key=value")]
_Guests = Annotated[list[str] | None, typer.Option(help="Another address to invite")]
_Location = Annotated[str | None, typer.Option(help="Where, among those offered")]
_Key = Annotated[str | None, typer.Option(help="Your own name of it")]
_Occurrences = Annotated[int | None, typer.Option(help="How many appointments of a series")]
_Reserve = Annotated[
    bool, typer.Option("--reserve", help="Hold the slot while it is booked, then give it back")
]
_Instant = Annotated[bool, typer.Option("--instant", help="Ask the hosts of a team to come at once")]
_AllowConflicts = Annotated[bool, typer.Option("--allow-conflicts", help="Book although the host is busy")]
_AllowOutOfBounds = Annotated[
    bool, typer.Option("--allow-out-of-bounds", help="Book outside notice and window")
]
_SkipLimits = Annotated[bool, typer.Option("--skip-limits", help="Book beyond the event type's limits")]
_Next = Annotated[bool, typer.Option("--next", help="If refused, book the nearest free slot")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be booked")]
_Yes = Annotated[bool, typer.Option("--yes", help="Accepted; booking asks nothing")]


@app.command()
def book(
    ctx: typer.Context,
    event_type: _EventType = None,
    *,
    start: _Start,
    service: _Service = None,
    branch: _Branch = None,
    staff: _Staff = None,
    customer: _Customer = None,
    call: _Call = None,
    name: _Name = None,
    email: _Email = None,
    phone: _Phone = None,
    duration: _Duration = None,
    field: _Fields = None,
    metadata: _Metadata = None,
    guest: _Guests = None,
    location: _Location = None,
    idempotency_key: _Key = None,
    occurrences: _Occurrences = None,
    reserve: _Reserve = False,
    instant: _Instant = False,
    allow_conflicts: _AllowConflicts = False,
    allow_out_of_bounds: _AllowOutOfBounds = False,
    skip_limits: _SkipLimits = False,
    next_: _Next = False,
    dry_run: _DryRun = False,
    yes: _Yes = False,
) -> Awaitable[Result]:
    """Check what was typed and return the work."""
    from askpro_cli.shell.actions.wanted import Typed
    from askpro_cli.shell.actions.what import What

    del yes
    rules = {
        "allow_conflicts": allow_conflicts,
        "allow_out_of_bounds": allow_out_of_bounds,
        "skip_limits": skip_limits,
    }
    typed = Typed(
        what=What(event_type, service, branch, staff, customer, call),
        start=start,
        name=name,
        email=email,
        phone=phone,
        duration=duration,
        fields=field or [],
        metadata=metadata or [],
        guests=guest or [],
        location=location,
        key=idempotency_key,
        occurrences=occurrences,
        instant=instant,
        rules=tuple(name for name, given in rules.items() if given),
        reserve=reserve,
    )
    return _work(app_of(ctx), typed, next_free=next_, dry_run=dry_run)


def _work(run: App, typed: Typed, *, next_free: bool, dry_run: bool) -> Awaitable[Result]:
    """Return the work, by event type or by a service of the records; a slip is told before costly imports."""
    named = typed.what.wish()
    if named is not None:
        from askpro_cli.shell.actions.service_wanted import read_wish

        wish = read_wish(run, typed, named)
        from askpro_cli.shell.actions.records.service_booking import book_service

        return book_service(run, wish, next_free=next_free, dry_run=dry_run)
    from askpro_cli.shell.actions.wanted import Wanted

    wanted = Wanted.read(run, typed)
    from askpro_cli.shell.actions.book import book as work

    return work(run, wanted, next_free=next_free, reserve=typed.reserve, dry_run=dry_run)
