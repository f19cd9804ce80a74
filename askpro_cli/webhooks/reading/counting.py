"""What is in the inbox at a glance: by source and state, and how old the oldest is that waits."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.webhooks import states


class StateCount(NamedTuple):
    """Events of one source in one state; times in milliseconds since 1970 UTC."""

    source: str
    state: str
    events: int
    oldest_ms: int
    newest_ms: int


def count_states(session: Session) -> list[StateCount]:
    """Return how many events are in which state, by source; read from one index."""
    query = (
        select(
            WebhookEvent.source,
            WebhookEvent.state,
            func.count(),
            func.min(WebhookEvent.received_at_ms),
            func.max(WebhookEvent.received_at_ms),
        )
        .where(WebhookEvent.state.in_(states.ALL))
        .group_by(WebhookEvent.state, WebhookEvent.source)
        .order_by(WebhookEvent.source, WebhookEvent.state)
    )
    return [StateCount(*row) for row in session.execute(query)]


class Waiting(NamedTuple):
    """What is not over yet.

    Args:
        events: how many: received, claimed, or failed with another try to come.
        oldest_ms: when the oldest of them came, None without one.
    """

    events: int
    oldest_ms: int | None


def count_waiting(session: Session) -> Waiting:
    """Return what workers still have before them; events that wait for somebody are not among it."""
    query = select(func.count(), func.min(WebhookEvent.received_at_ms)).where(
        WebhookEvent.due_at_ms.is_not(None)
    )
    return Waiting(*session.execute(query).one())
