"""Criteria as SQL conditions that the inbox's indexes can answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, func

from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.platform.tables import ascii_only
from askpro_cli.webhooks import states
from askpro_cli.webhooks.reading.criteria import ENTITY_KINDS, Criteria


def conditions(criteria: Criteria, *, every_state: bool = False) -> list[ColumnElement[bool]]:
    """Return what must hold for an event to match.

    Args:
        criteria: which events.
        every_state: name all states where none is asked for: the index begins with the state, and holds
            all that is counted by, so a count then reads it alone and none of the bodies' rows.

    A text is looked for in events that are not done: those have no error.
    """
    return list(_conditions(criteria, _wanted_states(criteria, every_state=every_state)))


def _wanted_states(criteria: Criteria, *, every_state: bool) -> Sequence[str]:
    """Return the states to name; none where another index leads to the few that match."""
    if criteria.error:
        return tuple(one for one in criteria.states or states.ALL if one != states.DONE)
    if criteria.states or criteria.ids or criteria.entity or not every_state:
        return criteria.states
    return states.ALL


def _conditions(criteria: Criteria, wanted: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    if criteria.ids:
        yield WebhookEvent.id.in_(criteria.ids)
    if criteria.up_to_id is not None:
        yield WebhookEvent.id + 0 <= criteria.up_to_id  # a bound for nearly all is no way to find them
    if wanted or criteria.states:
        yield WebhookEvent.state.in_(wanted)
    if criteria.since_ms is not None:
        yield WebhookEvent.received_at_ms >= criteria.since_ms
    if criteria.until_ms is not None:
        yield WebhookEvent.received_at_ms < criteria.until_ms
    yield from _kind(criteria)
    if criteria.error:
        yield _contains(criteria.error)
    if criteria.entity:
        yield WebhookEvent.entity.in_(entities(criteria.entity))


def _kind(criteria: Criteria) -> Iterator[ColumnElement[bool]]:
    if criteria.sources:
        yield WebhookEvent.source.in_(ascii_only(*criteria.sources))
    if criteria.types:
        yield WebhookEvent.event_type.in_(criteria.types)
    if criteria.company is not None:
        yield WebhookEvent.company.in_(ascii_only(criteria.company))
    if criteria.no_company:
        yield WebhookEvent.company.is_(None)


def _contains(text: str) -> ColumnElement[bool]:
    """Return the condition that the reason holds *text*; ``%`` and ``_`` in it are themselves."""
    return func.lower(WebhookEvent.reason).contains(text.lower(), autoescape=True)


def entities(word: str) -> tuple[str, ...]:
    """Return the entities that *word* may name."""
    return (word,) if ":" in word else (word, *(f"{kind}:{word}" for kind in ENTITY_KINDS))
