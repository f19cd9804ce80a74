"""Slots: the starts an event type can be booked at.

Per host: opening hours minus what is busy, then a grid in every range that is left. The vendor starts the
grid of a range at its first whole step of 60, 30, 15, 10 or 5 minutes, the largest that divides the slot
interval, and never before now plus the minimum notice (source: packages/features/schedules/lib/slots.ts).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from askpro_cli.sandbox.bookings.limits import limited_ranges
from askpro_cli.sandbox.bookings.seats import is_full, joinable
from askpro_cli.sandbox.slots.bounds import bounds
from askpro_cli.sandbox.slots.ranges import Range, covers, intersect, merge, subtract
from askpro_cli.sandbox.world.model import EventType
from askpro_cli.sandbox.world.world import World

_STEPS = (60, 30, 15, 10, 5)
_MINUTE = 60
# Further ahead nothing is worked out: a window of ages would take minutes, with the world locked.
_LOOKAHEAD = 5 * 366 * 86_400


def grid_step(interval: int) -> int:
    """Return the minutes the first slot of a range is aligned to, for slots every *interval* minutes."""
    return next((step for step in _STEPS if interval % step == 0), 1)


def _aligned(instant: int, step: int, zone: ZoneInfo) -> int:
    """Return the first whole minute at or after *instant* that is a multiple of *step* on a clock in *zone*.

    Zones off the full hour keep their own grid, also where the clocks change by half an hour.
    """
    instant += -instant % _MINUTE
    while late := datetime.fromtimestamp(instant, zone).minute % step:
        instant += (step - late) * _MINUTE
    return instant


def starts_in(
    range_: Range, zone: ZoneInfo, *, earliest: int, length: int, interval: int, shift: int = 0
) -> Iterator[int]:
    """Yield the starts in *range_* (epoch seconds).

    *length*, *interval* and *shift* (the event type's `offsetStart`) are minutes.
    """
    start = _aligned(max(range_[0], earliest), grid_step(interval), zone) + shift * _MINUTE
    while start + length * _MINUTE <= range_[1]:
        yield start
        start += (interval + shift) * _MINUTE


def busy_ranges(
    world: World, host_id: int, event_type: EventType, window: Range, *, without: str | None = None
) -> list[Range]:
    """Return when the host is taken in *window*, as seen by *event_type*.

    Both sides' buffers count: a booking keeps its own before and after, and the new one needs its own after
    it and before it (source: getBusyTimes). *without* is the uid of a booking that is being moved.
    """
    found = []
    widest = max(
        (other.before_event_buffer + other.after_event_buffer) for other in world.event_types.values()
    )
    margin = (widest + event_type.before_event_buffer + event_type.after_event_buffer) * _MINUTE
    for booking in world.active_touching(host_id, window[0] - margin, window[1] + margin):
        if booking.uid == without:
            continue
        other = world.event_types[booking.event_type_id]
        before = other.before_event_buffer + event_type.after_event_buffer
        after = other.after_event_buffer + event_type.before_event_buffer
        found.append((booking.start - before * _MINUTE, booking.end + after * _MINUTE))
    for busy in world.busy.get(host_id, ()):
        before, after = event_type.after_event_buffer, event_type.before_event_buffer
        found.append((busy.start - before * _MINUTE, busy.end + after * _MINUTE))
    return merge(found)


def free_ranges(
    world: World,
    event_type: EventType,
    host_id: int,
    window: Range,
    *,
    without: str | None = None,
    stale: bool = False,
) -> list[Range]:
    """Return when the host could serve *event_type* on the days of *window*; *stale*: as if all were free."""
    opened = world.hours_of(event_type, host_id).between(*window)
    if stale or not opened:
        return opened
    days = (opened[0][0], opened[-1][1])
    return subtract(opened, busy_ranges(world, host_id, event_type, days, without=without))


def slot_starts(
    world: World,
    event_type: EventType,
    window: Range,
    *,
    now: int,
    length: int,
    without: str | None = None,
    stale: bool = False,
) -> list[int]:
    """Return the starts within *window*, both ends included, sorted; all figures epoch seconds.

    A seated booking with seats left is offered at its start, though its host is busy then; a full one is
    not, though another host of a round robin may be free: creating would join the full one.
    """
    window = (max(window[0], now), min(window[1], now + _LOOKAHEAD))
    found: set[int] = set()
    held = world.reservations.seats_held(event_type.id, now)
    shared = joinable(world, event_type, window)
    full = {start for start, booking in shared.items() if is_full(event_type, booking, held[start])}
    joins = shared.keys() - full
    limited = [] if stale else limited_ranges(world, event_type, window, length=length, without=without)
    for hosts in world.host_groups(event_type):
        free = _common_ranges(world, event_type, hosts, window, without=without, stale=stale)
        hours = world.hours_of(event_type, hosts[0])
        earliest, latest = bounds(event_type, hours, now)
        first, last = max(window[0], earliest), min(window[1], latest)
        starts = _grid(event_type, subtract(free, limited), hours.zone, earliest=earliest, length=length)
        found.update(start for start in (*starts, *joins) if first <= start <= last)
    return sorted(found if stale else _unheld(world, event_type, found - full, now=now, length=length))


def _unheld(world: World, event_type: EventType, starts: set[int], *, now: int, length: int) -> set[int]:
    """Return the starts nobody has reserved: a reservation takes whole slots away and moves no grid.

    Of a seated event type it takes one seat.
    """
    seats = world.reservations.seats_held(event_type.id, now)
    full = {start for start, held in seats.items() if held >= (event_type.seats_per_time_slot or 1)}
    held = [
        (found.start, found.end)
        for found in world.reservations.of_hosts(world.hosts_of(event_type), now)
        if not found.seated
    ]
    seconds = length * _MINUTE
    return {
        start
        for start in starts - full
        if not any(begin < start + seconds and start < end for begin, end in held)
    }


def _grid(
    event_type: EventType, free: list[Range], zone: ZoneInfo, *, earliest: int, length: int
) -> Iterator[int]:
    """Yield the starts of one host's free ranges."""
    interval = event_type.slot_interval or length
    shift = event_type.offset_start
    for range_ in free:
        yield from starts_in(range_, zone, earliest=earliest, length=length, interval=interval, shift=shift)


def _common_ranges(
    world: World,
    event_type: EventType,
    hosts: tuple[int, ...],
    window: Range,
    *,
    without: str | None,
    stale: bool,
) -> list[Range]:
    """Return when all of *hosts* are free."""
    common = free_ranges(world, event_type, hosts[0], window, without=without, stale=stale)
    for host_id in hosts[1:]:
        other = free_ranges(world, event_type, host_id, window, without=without, stale=stale)
        common = intersect(common, other)
    return common


def free_groups(
    world: World,
    event_type: EventType,
    span: Range,
    *,
    without: str | None = None,
    limits: bool = True,
) -> list[tuple[int, ...]]:
    """Return every group of hosts who could serve *span*, each with its organiser first.

    The vendor checks opening hours, busy times and, unless *limits* is false, booking limits here, not the
    grid and no reservation: 10:07 is bookable though never listed.
    """
    length = (span[1] - span[0]) // _MINUTE
    inside = (span[0], span[1] - 1)
    if limits and limited_ranges(world, event_type, inside, length=length, without=without):
        return []
    return [
        hosts
        for hosts in world.host_groups(event_type)
        if covers(_common_ranges(world, event_type, hosts, span, without=without, stale=False), *span)
    ]


def fairest(world: World, groups: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the group whose organiser has the fewest bookings, the lower id among equals; () of none."""
    return min(groups, key=lambda hosts: (world.active_count(hosts[0]), hosts[0]), default=())


def available_hosts(
    world: World, event_type: EventType, span: Range, *, without: str | None = None, limits: bool = True
) -> tuple[int, ...]:
    """Return the hosts who would serve *span*, the organiser first; none when all are busy."""
    return fairest(world, free_groups(world, event_type, span, without=without, limits=limits))
