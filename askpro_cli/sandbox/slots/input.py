"""The query of `GET /v2/slots` and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from askpro_cli.sandbox.account.lookup import team_named, user_named, with_slug
from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.inputs import Complaints, instant_of, is_iso, is_zone, whole_number
from askpro_cli.sandbox.world.model import EventType

_COMMON = ("start", "end", "timeZone", "duration", "format", "bookingUidToReschedule")
_FORMATS = ("time", "range")
_LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """A checked query: *window* in epoch seconds, both ends included; *length* in minutes."""

    event_type: EventType
    window: tuple[int, int]
    zone: ZoneInfo | None
    length: int
    ranges: bool
    moving: str | None


def slot_query(call: Call) -> SlotQuery:
    """Return what the query asks for; raises the pipe's 400 and the vendor's 404."""
    given = {name: values[-1] for name, values in call.query.items()}
    _check(given)
    window = (_instant(given["start"]), _end(given["end"]))
    if window[1] <= window[0]:
        raise ApiError(400, messages.BAD_RANGE)
    event_type = _event_type(call, given)
    zone = given.get("timeZone")
    return SlotQuery(
        event_type=event_type,
        window=window,
        zone=ZoneInfo(zone) if zone else None,
        length=_length(event_type, given.get("duration")),
        ranges=given.get("format", "").lower() == "range",
        moving=given.get("bookingUidToReschedule"),
    )


def _identity_keys(given: dict[str, str]) -> tuple[str, ...]:
    if "eventTypeId" in given:
        return ("eventTypeId",)
    if "username" in given:
        return ("eventTypeSlug", "username", "organizationSlug")
    return ("eventTypeSlug", "teamSlug", "organizationSlug")


def _check(given: dict[str, str]) -> None:
    wrong = Complaints()
    keys = _identity_keys(given)
    wrong.unknown(given, (*keys, *_COMMON))
    if "eventTypeId" in given and whole_number(given["eventTypeId"]) is None:
        wrong.add("eventTypeId", "eventTypeId must be a number conforming to the specified constraints")
    for name in keys:
        if name not in given and name != "organizationSlug":
            wrong.add(name, f"{name} must be a string")
    for name in ("start", "end"):
        wrong.require(given, name, is_iso, f"{name} must be a valid ISO 8601 date string")
    wrong.optional(given, "timeZone", is_zone, "timeZone must be a valid IANA time-zone")
    if "duration" in given and whole_number(given["duration"]) is None:
        wrong.add("duration", "duration must be a number conforming to the specified constraints")
    if given.get("format") and given["format"].lower() not in _FORMATS:
        wrong.add("format", "format must be one of the following values: time, range")
    wrong.throw()


def _parsed(text: str) -> datetime:
    return instant_of(text).astimezone(UTC)


def _instant(text: str) -> int:
    return int(_parsed(text).timestamp())


def _end(text: str) -> int:
    """Return the end of the window: midnight means the whole of that day."""
    instant = _parsed(text)
    if instant.time() == time():
        instant = datetime.combine(instant.date(), _LAST_SECOND, UTC)
    return int(instant.timestamp())


def _event_type(call: Call, given: dict[str, str]) -> EventType:
    world = call.world
    if "eventTypeId" in given:
        found = world.find_event_type(int(given["eventTypeId"]))
    elif "username" in given:
        found = with_slug(user_named(world, given["username"]), given["eventTypeSlug"])
    else:
        found = with_slug(team_named(world, given["teamSlug"]), given["eventTypeSlug"])
    if found is None:
        raise ApiError(404, "Event Type not found")
    return found


def _length(event_type: EventType, asked: str | None) -> int:
    """Return the minutes of a slot; a length the event type does not offer changes nothing."""
    wanted = int(asked) if asked else None
    return wanted if wanted in event_type.lengths else event_type.length_in_minutes
