"""Changes of the sandbox's world while it runs: what an operator, or somebody else, does to his account.

A mutation is a mapping with `do`, as `POST /_sandbox/world` and scenarios write it; `mutations_of` reads
them, `apply` carries them out. `World.reset` undoes them all. Nobody is told: no webhook goes out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct, field
from msgspec.structs import replace

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.sandbox.world.model import (
    Availability,
    BusyTime,
    Definition,
    EventType,
    Override,
    Schedule,
    SeedBooking,
    Team,
    User,
)
from askpro_cli.sandbox.world.moments import seed_start
from askpro_cli.sandbox.world.problems import problems
from askpro_cli.sandbox.world.world import World

_MOST = 50_000
_YEAR_OF_MINUTES = 525_600


class _Mutation(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, tag_field="do"
):
    """What all of them share: `do` names the kind, unknown fields are refused."""


class RemoveEventType(_Mutation, frozen=True, kw_only=True, tag="removeEventType"):
    """Delete an event type; its bookings stay."""

    id: int


class ChangeEventType(_Mutation, frozen=True, kw_only=True, tag="changeEventType"):
    """Give an event type other values; `set` has the data file's field names."""

    id: int
    set: dict[str, Any]


class ChangeSchedule(_Mutation, frozen=True, kw_only=True, tag="changeSchedule"):
    """Give a schedule other hours, dates or another zone; what is left out stays."""

    id: int
    availability: list[Availability] | None = None
    overrides: list[Override] | None = None
    time_zone: str | None = None


class RevokeKey(_Mutation, frozen=True, kw_only=True, tag="revokeKey"):
    """Revoke an API key, or let it expire."""

    key: str
    expired: bool = False


class AddBusy(_Mutation, frozen=True, kw_only=True, tag="addBusy"):
    """Let a user be busy; relative times count from the day the sandbox has now."""

    username: str
    start: str
    end: str
    source: str | None = None
    calendar: str | None = None


class AddBookings(_Mutation, frozen=True, kw_only=True, tag="addBookings"):
    """Make many bookings, one every `everyMinutes` from `start`; guests are numbered. Nothing is checked."""

    event_type_id: int
    start: str
    count: Annotated[int, Meta(ge=1, le=_MOST)] = 1
    every_minutes: Annotated[int, Meta(ge=0, le=_YEAR_OF_MINUTES)] = 30
    status: str = "accepted"
    name: str = "Gast"
    email: str = field(default="gast{number}@example.org")


Mutation = RemoveEventType | ChangeEventType | ChangeSchedule | RevokeKey | AddBusy | AddBookings
_P = TypeVar("_P", User, Team)


def mutations_of(document: Any) -> list[Mutation]:
    """Return the mutations of a decoded document, one mapping or a list; InvalidValueError for another."""
    try:
        return msgspec.convert(document if isinstance(document, list) else [document], list[Mutation])
    except msgspec.ValidationError as error:
        raise InvalidValueError(f"this is no change of the sandbox's world: {error}") from error


def apply(world: World, mutation: Mutation, now: datetime) -> None:
    """Carry *mutation* out, with the world's lock held; *now* is the sandbox's.

    Raises:
        InvalidValueError: it names something that is not there, or leaves a world that cannot be. Nothing has
            changed then.
    """
    handlers: dict[type, Callable[[World, Any, datetime], None]] = {
        RemoveEventType: _remove_event_type,
        ChangeEventType: _change_event_type,
        ChangeSchedule: _change_schedule,
        RevokeKey: _revoke_key,
        AddBusy: _add_busy,
        AddBookings: _add_bookings,
    }
    handlers[type(mutation)](world, mutation, now)


def _remove_event_type(world: World, order: RemoveEventType, _: datetime) -> None:
    """Take an event type out with the children it manages and what the data file says of them."""
    _find(world.find_event_type(order.id), "event type", order.id)
    gone = {
        number
        for number, found in world.event_types.items()
        if order.id in (number, found.parent_event_type_id)
    }
    definition = _with_event_types(
        world.definition, lambda kept: [found for found in kept if found.id not in gone]
    )
    bookings = [found for found in definition.bookings if found.event_type_id not in gone]
    webhooks = [found for found in definition.webhooks if found.event_type_id not in gone]
    _redefine(world, replace(definition, bookings=bookings, webhooks=webhooks))


def _change_event_type(world: World, order: ChangeEventType, _: datetime) -> None:
    event_type = _find(world.find_event_type(order.id), "event type", order.id)
    document = msgspec.to_builtins(event_type) | order.set | {"id": order.id}
    try:
        changed = msgspec.convert(document, EventType)
    except msgspec.ValidationError as error:
        raise InvalidValueError(f"event type {order.id} cannot be changed: {error}") from error
    _redefine(
        world,
        _with_event_types(
            world.definition, lambda found: [changed if one.id == order.id else one for one in found]
        ),
    )


def _change_schedule(world: World, order: ChangeSchedule, _: datetime) -> None:
    schedule = _find(world.schedules.get(order.id), "schedule", order.id)
    given = {"availability": order.availability, "overrides": order.overrides, "time_zone": order.time_zone}
    changed = replace(schedule, **{name: value for name, value in given.items() if value is not None})
    users = [_with_schedule(user, changed) for user in world.definition.users]
    _redefine(world, replace(world.definition, users=users))


def _revoke_key(world: World, order: RevokeKey, _: datetime) -> None:
    _find(world.api_keys.get(order.key), "key", order.key[:8] + "…")
    state = "expired" if order.expired else "revoked"
    keys = [replace(key, state=state) if key.key == order.key else key for key in world.definition.api_keys]
    _redefine(world, replace(world.definition, api_keys=keys))


def _add_busy(world: World, order: AddBusy, now: datetime) -> None:
    user = _find(world.users_by_name.get(order.username), "user", order.username)
    known = [calendar.external_id for calendar in user.calendars]
    if order.calendar is not None:
        _find(order.calendar if order.calendar in known else None, "calendar", order.calendar)
    busy = BusyTime(start=order.start, end=order.end, source=order.source, calendar=order.calendar)
    try:
        world.occupy(user.id, busy, now)
    except ValueError as error:
        raise InvalidValueError(str(error), subject=order.username) from error


def _add_bookings(world: World, order: AddBookings, now: datetime) -> None:
    event_type = _find(world.find_event_type(order.event_type_id), "event type", order.event_type_id)
    hosts = _find(next(iter(world.host_groups(event_type)), None), "host of event type", order.event_type_id)
    try:
        first = seed_start(order.start, world.hours_of(event_type, hosts[0]).zone, now)
        seeds = [msgspec.convert(_seed(order, first, number), SeedBooking) for number in range(order.count)]
    except (ValueError, OverflowError, msgspec.ValidationError) as error:
        raise InvalidValueError(str(error)) from error
    for seed in seeds:
        world.plant(seed, now)


def _seed(order: AddBookings, first: datetime, number: int) -> dict[str, Any]:
    """Return the *number*th booking as the data file would write it."""
    start = first + timedelta(minutes=order.every_minutes * number)
    return {
        "eventTypeId": order.event_type_id,
        "start": start.isoformat(),
        "name": f"{order.name} {number + 1}",
        "email": order.email.replace("{number}", str(number + 1)),
        "status": order.status,
    }


_T = TypeVar("_T")


def _find(found: _T | None, kind: str, name: object) -> _T:
    if found is None:
        raise InvalidValueError(f"the sandbox has no {kind} {name}", subject=str(name))
    return found


def _redefine(world: World, definition: Definition) -> None:
    """Let *definition* hold, if it is one that could stand in a data file."""
    for where, problem in problems(definition):
        raise InvalidValueError(f"{problem} - at `{where}`")
    world.redefine(definition)


def _with_event_types(
    definition: Definition, change: Callable[[list[EventType]], list[EventType]]
) -> Definition:
    def changed(owner: _P) -> _P:
        return replace(owner, event_types=change(owner.event_types))

    users = [changed(user) for user in definition.users]
    return replace(definition, users=users, teams=[changed(team) for team in definition.teams])


def _with_schedule(user: User, changed: Schedule) -> User:
    return replace(user, schedules=[changed if found.id == changed.id else found for found in user.schedules])
