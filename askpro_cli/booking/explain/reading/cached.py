"""Looks into the cache: what ``askpro availability`` shows of the day, and who else offers the time."""

from __future__ import annotations

from askpro_cli.base.times import get_zone
from askpro_cli.booking.explain.facts import CACHED, Elsewhere, Facts, Source
from askpro_cli.booking.explain.reading.schedule import take_schedule
from askpro_cli.calcom.cache import CalcomCache


def look_into_cache(cache: CalcomCache, facts: Facts) -> None:
    """Note what ``askpro availability`` shows of the day, and the schedule if it is there."""
    event_type, minutes = facts.event_type, facts.minutes
    if event_type is None or minutes is None:
        return
    found = cache.read_slots(event_type.id, minutes, [facts.day])
    if not found.missing:
        facts.cached = tuple(found.slots)
        facts.sources["cached slots"] = Source("cached slots", CACHED, age=found.age)
    if found.schedule_zone:
        facts.schedule_zone = get_zone(found.schedule_zone)
    if event_type.team_id is None:
        stored = cache.read_schedule(event_type.schedule_id)
        if stored is not None and take_schedule(facts, stored.value):
            facts.sources["schedule"] = Source("schedule", CACHED, age=stored.age)


def offered_elsewhere(cache: CalcomCache, facts: Facts) -> list[Elsewhere]:
    """Return the other event types whose cached day offers the asked time."""
    mine = facts.event_type.id if facts.event_type else None
    found = []
    for other in facts.known_types.values():
        if other.id == mine or other.is_managed_parent:
            continue
        day = cache.read_slots(other.id, facts.duration or other.length_in_minutes, [facts.day])
        if any(slot.start == facts.asked for slot in day.slots):
            found.append(Elsewhere(other, day.age))
    return found
