"""The schedule behind an event type, from the cache or from the vendor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askpro_cli.base.errors import VendorAuthError, VendorNotFoundError
from askpro_cli.calcom.models import EventType, Schedule
from askpro_cli.resilience.threads import hop

if TYPE_CHECKING:
    from askpro_cli.calcom.cache import CalcomCache
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.calcom.stored_days import Cached
    from askpro_cli.resilience.policy import Priority

_FORBIDDEN = 403
"""Somebody else's schedule; 401 would be a key that is no longer accepted."""


async def schedule_of(
    client: CalcomClient, cache: CalcomCache, event_type: EventType, priority: Priority
) -> Schedule | None:
    """Return the event type's schedule from cache or vendor, None when this key cannot know it.

    A team's hosts have schedules of their own, and somebody else's schedule cannot be read: an event type
    without a schedule of its own follows its owner's default one, and the vendor answers the key owner's.
    """
    if event_type.team_id is not None:
        return None
    schedule = await read_schedule(client, cache, event_type.schedule_id, priority)
    return schedule if schedule is not None and belongs_to(schedule, event_type) else None


def belongs_to(schedule: Schedule, event_type: EventType) -> bool:
    """Tell whether a schedule can be the event type's: not where the two name different owners."""
    owners = {schedule.owner_id, event_type.owner_id} - {None}
    return len(owners) <= 1


async def read_schedule(
    client: CalcomClient, cache: CalcomCache, schedule_id: int | None, priority: Priority
) -> Schedule | None:
    """Return a schedule (None: the default one), None when there is none or it is somebody else's.

    Raises:
        VendorError, BreakerOpenError, BudgetError: the vendor could not be asked.
    """
    stored: Cached[Schedule] | None = await hop(lambda: cache.read_schedule(schedule_id))
    if stored is not None:
        return stored.value
    fill = await hop(cache.begin_document)
    try:
        if schedule_id is None:
            schedule = (await client.default_schedule(priority=priority)).value
        else:
            schedule = (await client.schedule(schedule_id, priority=priority)).value
    except (VendorNotFoundError, VendorAuthError) as error:
        if isinstance(error, VendorAuthError) and error.status != _FORBIDDEN:
            raise
        return None
    if schedule is not None:
        await hop(lambda: cache.keep_schedule(fill, schedule_id, schedule))
    return schedule
