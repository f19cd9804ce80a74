"""`GET /v2/slots`, and `GET /v2/slots/available` of the versions before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.sandbox.bookings.seats import joinable, seats_document
from askpro_cli.sandbox.protocol.answers import Answer, success
from askpro_cli.sandbox.protocol.auth import Access
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.routing import OLD_SLOTS, SLOTS, Route
from askpro_cli.sandbox.slots.finding import slot_starts
from askpro_cli.sandbox.slots.input import SlotQuery, slot_query

Item = dict[str, Any]
_DAY = 86_400
_OLD_NAMES = {
    "startTime": "start",
    "endTime": "end",
    "slotFormat": "format",
    "rescheduleUid": "bookingUidToReschedule",
}


def get_slots(call: Call) -> Answer:
    """Answer the current slots, grouped by the days of the requested zone; days without slots are absent."""
    query = slot_query(call)
    call.world.reservations.sweep(query.event_type.id, call.epoch)
    if "outside-slots" in call.quirks:
        query = replace(query, window=(query.window[0] - _DAY, query.window[1] + _DAY))
    if "legacy-shape" in call.quirks:
        return success({"slots": _old_days(call, query)})
    return success(_days(call, query, _item))


def get_old_slots(call: Call) -> Answer:
    """Answer the slots of 2024-04-15 to 2024-08-13."""
    renamed = {_OLD_NAMES.get(name, name): values for name, values in call.query.items()}
    call.query = renamed
    return success({"slots": _old_days(call, slot_query(call))})


def _old_days(call: Call, query: SlotQuery) -> dict[str, list[Item]]:
    return _days(call, query, _old_item)


def _days(call: Call, query: SlotQuery, item: Callable[[str, str | None], Item]) -> dict[str, list[Item]]:
    starts = slot_starts(
        call.world,
        query.event_type,
        query.window,
        now=call.epoch,
        length=query.length,
        without=query.moving,
        stale="stale-slots" in call.quirks,
    )
    event_type = query.event_type
    joins = joinable(call.world, event_type, query.window)
    held = call.world.reservations.seats_held(event_type.id, call.epoch)
    days: dict[str, list[Item]] = {}
    for instant, (day, start, end) in zip(starts, _written(starts, query), strict=True):
        slot = item(start, end)
        if event_type.seats_per_time_slot and item is _item:
            slot |= seats_document(event_type, joins.get(instant), held[instant])
        days.setdefault(day, []).append(slot)
    return days


def _written(starts: Iterable[int], query: SlotQuery) -> Iterable[tuple[str, str, str | None]]:
    zone = query.zone
    for start in starts:
        text = _wire(start, zone)
        yield text[:10], text, _wire(start + query.length * 60, zone) if query.ranges else None


def _wire(instant: int, zone: ZoneInfo | None) -> str:
    """Return an instant with milliseconds: in *zone* with its offset, else in UTC with Z."""
    if zone is None:
        return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return datetime.fromtimestamp(instant, zone).isoformat(timespec="milliseconds")


def _item(start: str, end: str | None) -> Item:
    return {"start": start} if end is None else {"start": start, "end": end}


def _old_item(start: str, end: str | None) -> Item:
    return {"time": start} if end is None else {"startTime": start, "endTime": end}


ROUTES = (
    Route("GET", "/v2/slots", SLOTS, Access.NONE, get_slots),
    Route("GET", "/v2/slots/available", OLD_SLOTS, Access.NONE, get_old_slots),
)
