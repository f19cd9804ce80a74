"""The list of all event types a key may see, own and teams', from the cache or from the vendor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from askpro_cli.base.errors import VendorAuthError, VendorNotFoundError
from askpro_cli.calcom.event_types.lookup import is_young, shared
from askpro_cli.calcom.models import EventType

if TYPE_CHECKING:
    from askpro_cli.calcom.cache import CalcomCache
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.resilience.policy import Priority

_FORBIDDEN = 403


class FoundEventTypes(msgspec.Struct, frozen=True):
    """All event types, and the seconds they have lain in the cache, None when they were just fetched.

    *sees_teams* is False where the key may not see its teams; what the cache knows does not tell it.
    """

    event_types: list[EventType]
    age: float | None = None
    sees_teams: bool = True


async def list_event_types(
    client: CalcomClient,
    cache: CalcomCache,
    *,
    refresh: bool = False,
    max_age: float | None = None,
    priority: Priority | None = None,
) -> FoundEventTypes:
    """Return all event types from the cache, else from the vendor; processes that ask at once share a call.

    Args:
        client: asks the vendor.
        cache: asked first, filled afterwards.
        refresh: ask the vendor even if the cache knows.
        max_age: seconds after which what the cache knows is asked for anew; None for its whole life.
        priority: who asks; interactive by default.

    Raises:
        VendorError, BreakerOpenError, BudgetError: the vendor could not be asked.
    """
    from askpro_cli.resilience.policy import Priority
    from askpro_cli.resilience.threads import hop

    who = priority or Priority.INTERACTIVE

    def read() -> FoundEventTypes | None:
        found = cache.read_event_types()
        return FoundEventTypes(found.value, found.age) if found and is_young(found.age, max_age) else None

    async def ask() -> FoundEventTypes:
        fill = await hop(cache.begin_document)
        own = (await client.event_types(priority=who)).value
        teams = await _of_teams(client, who)
        found = [*own, *(teams or ())]
        await hop(lambda: cache.keep_event_types(fill, found))
        return FoundEventTypes(found, sees_teams=teams is not None)

    return await (ask() if refresh else shared(cache, f"event-types:{cache.holder()}", read, ask, who))


async def _of_teams(client: CalcomClient, who: Priority) -> list[EventType] | None:
    """Return the teams' event types, none for a key without teams, None for one that may not see them."""
    try:
        teams = (await client.teams(priority=who)).value
    except VendorNotFoundError:
        return []
    except VendorAuthError as error:
        if error.status != _FORBIDDEN:
            raise
        return None
    return [item for team in teams for item in (await client.team_event_types(team.id, priority=who)).value]
