"""Does anything stand in the way of a series? Looked at here, before it is sent.

Cal.com looks for free time only for the first one or two appointments of a series
(``numSlotsToCheckForAvailability``) and books the rest over whatever stands there. What only Cal.com knows
(other calendars, absences, opening hours) stays unseen: this reads bookings.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.base.errors import SlotUnavailableError, VendorAuthError, VendorProtocolError
from askpro_cli.base.times import Interval, get_zone, iso_local
from askpro_cli.booking.fitting import planned_minutes
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.booking.verification import carries_key
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Booking, EventType

_BLOCKING = frozenset({"accepted", "pending"})
_DAY = timedelta(days=1)
_DAYS = {"daily": 1, "weekly": 7}
_MONTHS = {"monthly": 1, "yearly": 12}
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Conflict:
    """An appointment of a series that cannot be: *number* counts from 1, *uids* are what stands there."""

    number: int
    start: datetime
    uids: tuple[str, ...]

    def view(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return it as answers show it, the time in *zone*."""
        return {"occurrence": self.number, "start": iso_local(self.start, zone), "uids": list(self.uids)}


def series_starts(event_type: EventType, start: datetime, count: int, zone: ZoneInfo) -> list[datetime]:
    """Return the *count* starts of a series (UTC): the same local time in *zone*, the attendee's.

    Each is counted from the one before, as the vendor does: 31 January, 28 February, 28 March; an hour that
    the clocks skip moves what comes after it, too.

    Raises:
        VendorProtocolError: the event type repeats in a way that is not known here.
    """
    starts = [start]
    for _ in range(count - 1):
        local = starts[-1].astimezone(zone)
        following = datetime.combine(_next_day(local.date(), event_type), local.time(), zone)
        starts.append(following.astimezone(UTC))
    return starts


@dataclass(frozen=True, slots=True)
class SeriesCheck:
    """Looks for what is in the way of a series.

    Args:
        client: speaks to the vendor.
        event_type: what is booked.
        key: the idempotency key; what carries it is ours and in nobody's way.
        zone: the company's, in which times are told.
        notify: tells a person what could not be seen.
    """

    client: CalcomClient
    event_type: EventType
    key: str
    zone: ZoneInfo
    notify: Callable[[str], None]

    async def refuse(self, request: BookingRequest, start: datetime) -> None:
        """Raise when a standing booking is in the way of the series from *start* on.

        Raises:
            SlotUnavailableError: one is; see :meth:`error`.
            AskproError: the bookings could not be read.
        """
        found = await self.find(request, start)
        if found:
            raise self.error(request, found)

    async def find(self, request: BookingRequest, start: datetime) -> list[Conflict]:
        """Return what is in the way of the series from *start* (aware) on, by number.

        Nothing is asked for a single appointment, which the vendor checks, nor with ``--allow-conflicts``.

        Raises:
            AskproError: the bookings could not be read.
        """
        count = request.occurrences or 1
        if count == 1 or "allow_conflicts" in request.rules:
            return []
        starts = series_starts(self.event_type, start, count, get_zone(request.timezone))
        length = timedelta(minutes=planned_minutes(request, self.event_type))
        planned = [Interval(one, one + length) for one in starts]
        standing = await self._standing(Interval(planned[0].start, planned[-1].end))
        found = [_conflicts(self.event_type, planned, standing, who) for who in _servers(self.event_type)]
        return min(found, key=len)

    def error(self, request: BookingRequest, found: Sequence[Conflict]) -> SlotUnavailableError:
        """Return the refusal that names what was *found*, in ``details["conflicts"]`` too."""
        named = "; ".join(_named(one, self.zone) for one in found)
        return SlotUnavailableError(
            f"not booked: {len(found)} of {request.occurrences} appointments of the series "
            f"cannot be: {named}",
            subject=str(self.event_type.id),
            hint=_hint(found[0].number - 1),
            details={"conflicts": [one.view(self.zone) for one in found]},
        )

    async def _standing(self, span: Interval) -> list[Booking]:
        """Return the bookings of others around *span*; of a team also what only the team's list has."""
        wanted = BookingFilter(after_start=span.start - _DAY, before_end=span.end + _DAY)
        found = list((await self.client.bookings(wanted)).value.bookings)
        team = self.event_type.team_id
        if team is not None:
            try:
                found += (await self.client.bookings(wanted, team_id=team)).value.bookings
            except VendorAuthError:
                self.notify(
                    f"the bookings of team {team} take the key of one who administers it: "
                    "whether its hosts are free on every date of the series was not seen"
                )
        once = {one.uid: one for one in found}.values()
        return [one for one in once if one.status.lower() in _BLOCKING and not carries_key(one, self.key)]


def _servers(event_type: EventType) -> list[frozenset[int]]:
    """Return the groups of hosts of which one serves the whole series; of round robin each is a group.

    The vendor chooses him for the first appointment and keeps him for the others.
    """
    if event_type.scheduling_type.lower() == "roundrobin" and event_type.host_ids:
        return [frozenset({host}) for host in event_type.host_ids]
    return [frozenset(event_type.host_ids)]


def _conflicts(
    event_type: EventType, planned: list[Interval], standing: list[Booking], hosts: frozenset[int]
) -> list[Conflict]:
    concerned = [one for one in standing if _concerns(one, event_type, hosts)]
    found = []
    for number, time in enumerate(planned, 1):
        uids = tuple(one.uid for one in concerned if _in_the_way(one, event_type, time))
        if uids:
            found.append(Conflict(number, time.start, uids))
    return found


def _concerns(booking: Booking, event_type: EventType, hosts: frozenset[int]) -> bool:
    """Tell whether it takes one of *hosts*; where they are not known, whether it is of the event type."""
    if hosts and booking.host_ids:
        return not hosts.isdisjoint(booking.host_ids)
    return booking.of_event_type == event_type.id


def _in_the_way(booking: Booking, event_type: EventType, time: Interval) -> bool:
    """Tell whether *booking* and *time* are nearer than the buffers allow; those of other kinds are unknown.

    A shared appointment at that very time is none in the way while it has seats.
    """
    same_kind = booking.of_event_type == event_type.id
    if same_kind and booking.start == time.start and event_type.seats_total is not None:
        return len(booking.attendees) >= event_type.seats_total
    before, after = event_type.before_event_buffer or 0, event_type.after_event_buffer or 0
    gap_before = timedelta(minutes=before + (after if same_kind else 0))
    gap_after = timedelta(minutes=after + (before if same_kind else 0))
    return booking.start < time.end + gap_after and time.start - gap_before < booking.end


def _next_day(day: date, event_type: EventType) -> date:
    series = event_type.recurrence or {}
    frequency, interval = str(series.get("frequency", "")).lower(), series.get("interval")
    if not isinstance(interval, int) or interval < 1 or frequency not in _DAYS | _MONTHS:
        raise VendorProtocolError(
            f"event type {event_type.id} repeats in an unknown way: its dates cannot be checked",
            subject=str(event_type.id),
            hint=f"`askpro event-types show {event_type.id}` shows what Cal.com says",
        )
    if frequency in _DAYS:
        return day + timedelta(days=_DAYS[frequency] * interval)
    return _months_later(day, _MONTHS[frequency] * interval)


def _months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or its last one."""
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def _named(conflict: Conflict, zone: ZoneInfo) -> str:
    when = f"{conflict.start.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"no. {conflict.number} ({when}) meets {', '.join(conflict.uids)}"


def _hint(free: int) -> str:
    """Return what can be done; *free* appointments come before the first that cannot be."""
    fewer = f", or fewer (--occurrences {free})" if free else ""
    return f"choose another start{fewer}; --allow-conflicts, where it is available, skips this check"
