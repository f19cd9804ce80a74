"""What a data file says that cannot be: dangling references, wrong zones and times, duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from askpro_cli.sandbox.world.busy import busy_span
from askpro_cli.sandbox.world.hours import minutes_of
from askpro_cli.sandbox.world.loading_webhooks import webhook_problems
from askpro_cli.sandbox.world.model import Definition, EventType, Schedule, User
from askpro_cli.sandbox.world.moments import seed_start

_CLOSED = (0, 0)
Problem = tuple[str, str]


def problems(definition: Definition) -> Iterator[Problem]:
    """Yield what the types cannot say, with its path: references, zones, times, lengths, duplicates."""
    yield from _duplicates(definition)
    for index, user in enumerate(definition.users):
        yield from _user_problems(f"users[{index}]", user)
    schedules = {schedule.id for user in definition.users for schedule in user.schedules}
    names = {user.username for user in definition.users}
    for index, team in enumerate(definition.teams):
        where = f"teams[{index}]"
        yield from _unknown(f"{where}.members", team.members, names, "user")
        for number, event_type in enumerate(team.event_types):
            place = f"{where}.eventTypes[{number}]"
            yield from _team_event_type_problems(place, event_type, names)
            if event_type.schedule_id is not None and event_type.schedule_id not in schedules:
                yield f"{place}.scheduleId", f"there is no schedule {event_type.schedule_id}"
    for index, key in enumerate(definition.api_keys):
        yield from _unknown(f"apiKeys[{index}].user", [key.user], names, "user")
    yield from _parent_problems(definition)
    yield from _seed_problems(definition)
    yield from webhook_problems(definition)


def _all_event_types(definition: Definition) -> Iterator[EventType]:
    for user in definition.users:
        yield from user.event_types
    for team in definition.teams:
        yield from team.event_types


def _duplicates(definition: Definition) -> Iterator[Problem]:
    schedules = [schedule.id for user in definition.users for schedule in user.schedules]
    groups: dict[str, Iterable[Any]] = {
        "users[].id": (user.id for user in definition.users),
        "users[].username": (user.username for user in definition.users),
        "teams[].id": (team.id for team in definition.teams),
        "teams[].slug": (team.slug for team in definition.teams),
        "apiKeys[].key": (key.key for key in definition.api_keys),
        "eventTypes[].id": (event_type.id for event_type in _all_event_types(definition)),
        "schedules[].id": schedules,
    }
    for where, values in groups.items():
        yield from _repeated(where, values)


def _repeated(where: str, values: Iterable[Any]) -> Iterator[Problem]:
    for value, count in Counter(values).items():
        if count > 1:
            yield where, f"{value!r} is used {count} times"


def _user_problems(where: str, user: User) -> Iterator[Problem]:
    yield from _zone_problems(f"{where}.timeZone", user.time_zone)
    for index, schedule in enumerate(user.schedules):
        yield from _schedule_problems(f"{where}.schedules[{index}]", schedule)
    yield from _busy_problems(where, user)
    own = {schedule.id for schedule in user.schedules}
    for index, event_type in enumerate(user.event_types):
        place = f"{where}.eventTypes[{index}]"
        if event_type.schedule_id is not None and event_type.schedule_id not in own:
            yield f"{place}.scheduleId", f"the user has no schedule {event_type.schedule_id}"
        yield from _event_type_problems(place, event_type)


def _busy_problems(where: str, user: User) -> Iterator[Problem]:
    calendars = [calendar.external_id for calendar in user.calendars]
    yield from _repeated(f"{where}.calendars[].externalId", calendars)
    for index, busy in enumerate(user.busy):
        place = f"{where}.busy[{index}]"
        if busy.calendar is not None and busy.calendar not in calendars:
            yield f"{place}.calendar", f"the user has no calendar {busy.calendar!r}"
        try:
            busy_span(user, busy, datetime.now(UTC))
        except ValueError as error:
            yield place, f"{error}; write instants with a zone, or +2d 11:00"


def _team_event_type_problems(where: str, event_type: EventType, names: Iterable[str]) -> Iterator[Problem]:
    if event_type.scheduling_type is None:
        yield f"{where}.schedulingType", "a team's event type needs roundRobin, collective or managed"
    yield from _unknown(f"{where}.hosts", event_type.hosts, names, "user")
    yield from _event_type_problems(where, event_type)


def _event_type_problems(where: str, event_type: EventType) -> Iterator[Problem]:
    options = event_type.length_in_minutes_options
    if options and event_type.length_in_minutes not in options:
        yield (
            f"{where}.lengthInMinutesOptions",
            f"the length {event_type.length_in_minutes} is not among them",
        )
    window = event_type.booking_window
    if window is not None:
        yield from _window_problems(f"{where}.bookingWindow.value", window.type, window.value)


def _window_problems(where: str, kind: str, value: int | list[str]) -> Iterator[Problem]:
    if isinstance(value, int):
        if kind == "range":
            yield where, "a range needs two dates"
        return
    try:
        first, last = (date.fromisoformat(day) for day in value)
    except ValueError:
        yield where, "a range needs two dates"
        return
    if kind != "range" or first > last:
        yield where, "two dates in order belong to the type range"


def _zone_problems(where: str, name: str) -> Iterator[Problem]:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield where, f"{name!r} is no time zone"


def _schedule_problems(where: str, schedule: Schedule) -> Iterator[Problem]:
    yield from _zone_problems(f"{where}.timeZone", schedule.time_zone)
    for index, hours in enumerate(schedule.availability):
        yield from _span_problems(f"{where}.availability[{index}]", hours.start_time, hours.end_time)
    for index, override in enumerate(schedule.overrides):
        place = f"{where}.overrides[{index}]"
        yield from _span_problems(place, override.start_time, override.end_time, may_close=True)
        try:
            date.fromisoformat(override.date)
        except ValueError:
            yield f"{place}.date", f"{override.date!r} is no date"


def _span_problems(where: str, start: str, end: str, *, may_close: bool = False) -> Iterator[Problem]:
    try:
        span = (minutes_of(start), minutes_of(end))
    except ValueError as error:
        yield where, str(error)
        return
    if span[0] >= span[1] and not (may_close and span == _CLOSED):
        yield where, f"{start} to {end} is no span within one day"


def _unknown(where: str, found: Iterable[str], known: Iterable[str], kind: str) -> Iterator[Problem]:
    allowed = frozenset(known)
    for name in found:
        if name not in allowed:
            yield where, f"there is no {kind} {name!r}"


def _parent_problems(definition: Definition) -> Iterator[Problem]:
    parents = {found.id for found in _all_event_types(definition) if found.scheduling_type == "managed"}
    for place, event_type in _placed_event_types(definition):
        parent = event_type.parent_event_type_id
        if parent is not None and parent not in parents:
            yield f"{place}.parentEventTypeId", f"{parent} is no managed event type"


def _placed_event_types(definition: Definition) -> Iterator[tuple[str, EventType]]:
    owners = [(f"users[{index}]", user.event_types) for index, user in enumerate(definition.users)]
    owners += [(f"teams[{index}]", team.event_types) for index, team in enumerate(definition.teams)]
    for where, event_types in owners:
        for number, event_type in enumerate(event_types):
            yield f"{where}.eventTypes[{number}]", event_type


def _seed_problems(definition: Definition) -> Iterator[Problem]:
    known = {event_type.id: event_type for event_type in _all_event_types(definition)}
    nobody = {found.id for team in definition.teams for found in team.event_types if not found.hosts}
    for index, booking in enumerate(definition.bookings):
        where = f"bookings[{index}]"
        event_type = known.get(booking.event_type_id)
        if event_type is None:
            yield f"{where}.eventTypeId", f"there is no event type {booking.event_type_id}"
        elif event_type.scheduling_type == "managed" or event_type.id in nobody:
            yield f"{where}.eventTypeId", f"nobody hosts the event type {booking.event_type_id}"
        try:
            seed_start(booking.start, ZoneInfo("UTC"), datetime.now(UTC))
        except ValueError as error:
            yield f"{where}.start", f"{error}; write an instant with a zone, or +2d 11:00"
