"""How many events wait, by state, and since when: for health and metrics, so it must stay cheap."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.webhooks import states

COUNTED = (states.RECEIVED, states.CLAIMED, states.FAILED, states.DEAD, states.UNHANDLED)
"""Events that are over and well are the bulk of the table; counting them would cost more than it tells."""


class Depth(NamedTuple):
    """How many events are in a state.

    Args:
        state: one of :data:`COUNTED`.
        number: how many.
        oldest_ms: when the oldest of them was received, milliseconds since 1970 UTC.
    """

    state: str
    number: int
    oldest_ms: int


def backlog(session: Session) -> list[Depth]:
    """Return the depth of each state of :data:`COUNTED` that has events; read from an index alone."""
    statement = (
        select(WebhookEvent.state, func.count(), func.min(WebhookEvent.received_at_ms))
        .where(WebhookEvent.state.in_(COUNTED))
        .group_by(WebhookEvent.state)
    )
    return [Depth(state, number, oldest) for state, number, oldest in session.execute(statement).all()]
