"""``askpro bookings`` between the command line and the rooms below."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.base.findings import Unknown
from askpro_cli.booking.chain import chain_of
from askpro_cli.booking.checks import chain_findings, chain_unknowns
from askpro_cli.booking.listed import Held, in_order
from askpro_cli.booking.verification import is_active
from askpro_cli.booking.views import booking_view, short_view
from askpro_cli.calcom.event_types.lookup import find_event_type
from askpro_cli.calcom.operations.paging import MOST_A_PAGE
from askpro_cli.shell.actions.booking_filter import WantedBookings
from askpro_cli.shell.actions.booking_tables import bookings_table, properties_table
from askpro_cli.shell.actions.teams import find_team
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.calcom.models import Booking
    from askpro_cli.shell.context import App

_SMALLEST_PAGE = 2  # pages overlap by one booking


async def list_bookings(
    app: App, wanted: WantedBookings, *, limit: int | None, reveal: bool, fail_if_none: bool
) -> Result:
    """Return the bookings of a filter, paged through to the end or to *limit*.

    With a limit the vendor is asked in the order of the answer, so that the pages beyond it are not.

    Raises:
        NotFoundError: no such event type or team.
        VendorError, UnknownError: Cal.com could not be asked.
    """
    async with app.calcom() as client:
        held = await _held(app, client, wanted, limited=limit is not None)
        size = MOST_A_PAGE if limit is None else min(MOST_A_PAGE, max(_SMALLEST_PAGE, limit + 1))
        answer = await client.bookings(held.wanted, also=held.admits, limit=limit, page_size=size)
        found = in_order(answer.value.bookings, held.wanted)
        meta = vendor_meta(app, answer.meta, client.requests)
    views = _views(app, found, reveal=reveal)
    dropped, complete, missed = answer.value.dropped, answer.value.complete, answer.value.missed
    nothing = ExitCode.NOTHING_MATCHED if fail_if_none and not views else None
    said = _told_of(len(views), dropped, complete=complete, verbose=app.options.verbose)
    if held.wanted.attendee_name and not views:
        said.append("Cal.com finds whole names only, case included; --attendee-email is surer")
    return Result(
        data={
            "bookings": views,
            "total": len(found) if complete and not missed else None,
            "dropped": dropped,
            "missed": missed,
        },
        table=bookings_table(views, app.company.zone, contact=reveal),
        messages=[*said, told(meta)],
        unknown=_missing(missed),
        exit_code=None if missed else nothing,
        meta=meta,
        records="bookings",
    )


async def _held(app: App, client: CalcomClient, wanted: WantedBookings, *, limited: bool) -> Held:
    """Return the filter with ids in place of names, and what its answer is held to."""
    kinds = [(await find_event_type(client, app.cache(), one)).event_type.id for one in wanted.event_types]
    teams = (await client.teams()).value if wanted.teams else []
    team_ids = [find_team(teams, name).id for name in wanted.teams]
    of_teams = [kind for team in team_ids for kind in (await client.team_event_types(team)).value]
    sort = wanted.filter.sort or ("start" if limited else None)
    asked = replace(
        wanted.filter, event_type_ids=tuple(dict.fromkeys(kinds)), team_ids=tuple(team_ids), sort=sort
    )
    return Held(asked, app.clock.now(), of_teams if team_ids else None)


def _told_of(shown: int, dropped: int, *, complete: bool, verbose: bool) -> list[str]:
    said = [_counted(shown) if complete else f"the first {_counted(shown)}; there are more"]
    if dropped and verbose:
        said.insert(0, f"Cal.com sent {_counted(dropped)} outside the filter, dropped here")
    return said


def _counted(number: int) -> str:
    return "1 booking" if number == 1 else f"{number} bookings"


def _missing(missed: int) -> list[Unknown]:
    """Tell of bookings that the vendor counted and never sent; a list that may lack one is not the list."""
    if not missed:
        return []
    why = f"{_counted(missed)} {'is' if missed == 1 else 'are'} missing: the list changed while it was read"
    return [Unknown("list_changed", "bookings", why, "run the same command again")]


async def show_booking(app: App, uid: str, *, reveal: bool, series: bool) -> Result:
    """Return one booking with the moves before and after it, and with *series* all of its series.

    Raises:
        VendorNotFoundError: there is no such booking.
    """
    async with app.calcom() as client:
        answer = await client.booking(uid)
        chain = await chain_of(client, answer.value)
        whole = (await client.booking_series(uid)).value if series else []
        view = _views(app, [answer.value], reveal=reveal)[0]
        meta = vendor_meta(app, answer.meta, client.requests)
    zone = app.company.zone
    links = [short_view(booking, zone) for booking in chain.links]
    members = [short_view(booking, zone) for booking in whole]
    data = {"booking": view, "chain": links} | ({"series": members} if series else {})
    return Result(
        data=data,
        table=properties_table(view | ({"series": members} if series else {})),
        messages=[*_moves(links), *_series(answer.value, whole, asked=series), told(meta)],
        findings=chain_findings(chain.breaks),
        unknown=chain_unknowns(chain.breaks),
        meta=meta,
    )


def _series(booking: Booking, whole: list[Booking], *, asked: bool) -> list[str]:
    if not booking.recurring_booking_uid:
        return ["it belongs to no series"] if asked else []
    if not asked:
        return [f"one of the series {booking.recurring_booking_uid}; --series shows all"]
    standing = sum(is_active(one) for one in whole)
    return [f"series {booking.recurring_booking_uid}: {standing} of {len(whole)} stand"]


def _views(app: App, bookings: list[Booking], *, reveal: bool) -> list[dict[str, Any]]:
    """Return the bookings as shown; revealing people is written to the run's log."""
    if reveal:
        app.log.event("personal_data_revealed", uids=[booking.uid for booking in bookings])
    return [booking_view(booking, app.company.zone, reveal=reveal) for booking in bookings]


def _moves(chain: list[dict[str, str]]) -> list[str]:
    return [f"moved: {' → '.join(link['uid'] for link in chain)}"] if len(chain) > 1 else []
