"""Free slots as answers show them: the instant, the company's clocks, and the schedule's if they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from askpro_cli.base.times import Interval, iso_local, iso_utc
from askpro_cli.calcom.models import EventType, Slot

if TYPE_CHECKING:
    from askpro_cli.booking.alternatives import Alternative


def slot_view(slot: Slot | Interval, zone: ZoneInfo, schedule_zone: ZoneInfo | None = None) -> dict[str, Any]:
    """Return a slot as ``data.slots[]`` shows it; names are documented in ``docs/booking.md``.

    Args:
        slot: UTC.
        zone: the company's.
        schedule_zone: the event type's schedule's, if it is known.
    """
    found: dict[str, Any] = {
        "start": iso_local(slot.start, zone),
        "end": iso_local(slot.end, zone),
        "start_utc": iso_utc(slot.start),
        "end_utc": iso_utc(slot.end),
    }
    if schedule_zone is not None and schedule_zone.key != zone.key:
        found["schedule_start"] = iso_local(slot.start, schedule_zone)
    seats = slot.seats_remaining if isinstance(slot, Slot) else None
    return found if seats is None else found | {"seats_remaining": seats}


def alternative_view(found: Alternative, zone: ZoneInfo) -> dict[str, Any]:
    """Return an alternative as ``data.alternatives[]`` shows it."""
    return slot_view(found.slot, zone) | {
        "distance_minutes": found.distance,
        "score": found.score,
        "days_apart": found.days_apart,
        "minutes_apart": found.minutes_apart,
    }


def event_type_view(event_type: EventType) -> dict[str, Any]:
    """Return an event type as other answers name it."""
    return {
        "id": event_type.id,
        "slug": event_type.slug,
        "title": event_type.title,
        "length_minutes": event_type.length_in_minutes,
    }
