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

    A team's hosts have schedules of their own, and somebody else's schedule cannot be read.
    """
    if event_type.team_id is not None:
        return None
    return await read_schedule(client, cache, event_type.schedule_id, priority)


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
