"""What a data file may say of webhooks: known triggers, one owner that exists."""

from __future__ import annotations

from collections.abc import Iterator

from askpro_cli.sandbox.webhooks.store import TRIGGERS
from askpro_cli.sandbox.world.model import Definition, SeedWebhook


def webhook_problems(definition: Definition) -> Iterator[tuple[str, str]]:
    """Yield path and problem of every webhook that cannot be."""
    event_types = [user.event_types for user in definition.users]
    event_types += [team.event_types for team in definition.teams]
    known = {
        "userId": {user.id for user in definition.users},
        "eventTypeId": {event_type.id for group in event_types for event_type in group},
        "teamId": {team.id for team in definition.teams},
    }
    for index, webhook in enumerate(definition.webhooks):
        yield from _one(f"webhooks[{index}]", webhook, known)


def _one(where: str, webhook: SeedWebhook, known: dict[str, set[int]]) -> Iterator[tuple[str, str]]:
    for trigger in webhook.triggers:
        if trigger not in TRIGGERS:
            yield f"{where}.triggers", f"there is no trigger {trigger!r}"
    owners = {"userId": webhook.user_id, "eventTypeId": webhook.event_type_id, "teamId": webhook.team_id}
    given = {name: value for name, value in owners.items() if value is not None}
    if len(given) != 1:
        yield where, "a webhook needs one of userId, eventTypeId, teamId"
    for name, value in given.items():
        if value not in known[name]:
            yield f"{where}.{name}", f"{value} does not exist"
