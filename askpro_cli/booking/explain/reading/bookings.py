"""Reads the bookings that may stand in the way, and the buffers of one nearby."""

from __future__ import annotations

from datetime import timedelta

from askpro_cli.base.errors import VendorAuthError, VendorNotFoundError
from askpro_cli.base.times import Interval, day_bounds
from askpro_cli.booking.explain.facts import Facts, SeenBookings
from askpro_cli.booking.explain.reading.asking import Asking
from askpro_cli.booking.explain.reading.order import is_taken
from askpro_cli.booking.explain.rules.bookings import strangers_beside
from askpro_cli.booking.explain.rules.limits import periods_in_question
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import EventType

_DAY = timedelta(days=1)


async def read_bookings(asking: Asking, facts: Facts, event_type: EventType) -> None:
    """Read the bookings around: a team's, then those of the key's owner, who may be one of its hosts."""
    await _read_bookings_of(asking, facts, event_type.team_id)
    if event_type.team_id is not None and facts.bookings is not None and not is_taken(facts):
        await _read_bookings_of(asking, facts, None)
    stranger = strangers_beside(facts)
    if stranger and not is_taken(facts):
        await _read_buffers(asking, facts, stranger[0])


async def _read_bookings_of(asking: Asking, facts: Facts, team: int | None) -> None:
    window = _bookings_window(facts)
    wanted = BookingFilter(after_start=window.start - _DAY, before_end=window.end + _DAY)
    request = "GET /v2/bookings" if team is None else f"GET /v2/teams/{team}/bookings"
    what = "bookings" if facts.bookings is None else "own bookings"
    try:
        found = await asking.ask(what, request, lambda: asking.client.first_bookings(wanted, team_id=team))
    except (VendorNotFoundError, VendorAuthError):
        return
    if found is not None:
        seen = facts.bookings or SeenBookings((), window, complete=True)
        by_uid = {booking.uid: booking for booking in (*seen.bookings, *found.bookings)}
        complete = seen.complete and found.complete
        facts.bookings = SeenBookings(tuple(by_uid.values()), window, complete)


async def _read_buffers(asking: Asking, facts: Facts, event_type_id: int) -> None:
    """Read the event type of a booking nearby, whose buffers may reach the asked time."""
    try:
        found = await asking.ask(
            "neighbour's event type",
            f"GET /v2/event-types/{event_type_id}",
            lambda: asking.client.event_type(event_type_id),
        )
    except (VendorNotFoundError, VendorAuthError):
        return
    if found is not None:
        facts.known_types = {**facts.known_types, event_type_id: found}


def _bookings_window(facts: Facts) -> Interval:
    """Return the days whose bookings are needed: those beside the asked one, and periods with a limit."""
    near = Interval(
        day_bounds(facts.day - _DAY, facts.zone).start, day_bounds(facts.day + _DAY, facts.zone).end
    )
    asked = [near, *periods_in_question(facts)]
    return Interval(min(one.start for one in asked), max(one.end for one in asked))
