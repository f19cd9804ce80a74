"""The event type that a name nobody has may have meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from askpro_cli.base.errors import AskproError
from askpro_cli.base.nearest import nearest
from askpro_cli.calcom.models import EventType, Team

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.resilience.policy import Priority


async def suggest_event_type(
    client: CalcomClient, wanted: str, teams: Sequence[Team], priority: Priority
) -> str | None:
    """Return the existing name nearest to *wanted*, None when none comes near or Cal.com does not say.

    Asks for the own event types, and for those of the one team whose slug comes near.

    Args:
        client: asks the vendor.
        wanted: ``user/slug`` or ``team/slug``, which does not exist.
        teams: those the key may see.
        priority: who asks.
    """
    try:
        known = (await client.event_types(priority=priority)).value
        known = [*known, *await _of_nearest_team(client, wanted.partition("/")[0], teams, priority)]
    except AskproError:  # the answer is that there is no such event type; a suggestion is extra
        return None
    return nearest(wanted, [item.reference for item in known if "/" in item.reference])


async def _of_nearest_team(
    client: CalcomClient, owner: str, teams: Sequence[Team], priority: Priority
) -> list[EventType]:
    by_slug = {team.slug: team for team in teams}
    slug = nearest(owner, by_slug)
    return [] if slug is None else (await client.team_event_types(by_slug[slug].id, priority=priority)).value
