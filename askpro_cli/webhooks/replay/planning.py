"""What a replay would do: how many events, of which kinds, and some of them. Changes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.webhooks import states
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.reading.listing import EventRow, events_by_id, last_id
from askpro_cli.webhooks.reading.selecting import conditions
from askpro_cli.webhooks.replay.options import ReplayOptions

SAMPLE = 5


class Kind(NamedTuple):
    """Matching events of one source, type and state; times in milliseconds since 1970 UTC."""

    source: str
    event_type: str
    state: str
    events: int
    oldest_ms: int
    newest_ms: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a replay would do.

    Args:
        criteria: what was asked for, bound to the events that are there now.
        kinds: the matching events, counted.
        skipped: how many of them would be skipped: on their way already, or done without bypass.
        sample: the newest of them.
    """

    criteria: Criteria
    kinds: tuple[Kind, ...]
    skipped: int
    sample: tuple[EventRow, ...]

    @property
    def total(self) -> int:
        """How many events match."""
        return sum(kind.events for kind in self.kinds)

    @property
    def oldest_ms(self) -> int | None:
        """When the oldest of them came."""
        return min((kind.oldest_ms for kind in self.kinds), default=None)

    @property
    def newest_ms(self) -> int | None:
        """When the newest of them came."""
        return max((kind.newest_ms for kind in self.kinds), default=None)

    def count_by(self, name: str) -> dict[str, int]:
        """Return the counts by ``source``, ``event_type`` or ``state``."""
        counts: Counter[str] = Counter()
        for kind in self.kinds:
            counts[getattr(kind, name)] += kind.events
        return dict(counts)


def preview(session: Session, criteria: Criteria, options: ReplayOptions) -> Preview:
    """Return what a replay of the events that match would do.

    Counts are read from one index alone: 100,000 of a million events take well below a second.
    """
    bound = replace(criteria, up_to_id=last_id(session))
    kinds = _kinds(session, bound)
    skipped = sum(kind.events for kind in kinds if would_skip(kind.state, options))
    return Preview(bound, kinds, skipped, _sample(session, bound, kinds))


def would_skip(state: str, options: ReplayOptions) -> bool:
    """Tell whether an event in *state* needs no replay; what is sent elsewhere never waits for its state."""
    if options.to is not None:
        return False
    return state in (states.RECEIVED, states.CLAIMED) or (state == states.DONE and not options.bypass_dedup)


def _kinds(session: Session, criteria: Criteria) -> tuple[Kind, ...]:
    event = WebhookEvent
    named = (event.state, event.source, event.event_type)
    query = (
        select(
            event.source,
            event.event_type,
            event.state,
            func.count(),
            func.min(event.received_at_ms),
            func.max(event.received_at_ms),
        )
        .where(*conditions(criteria, every_state=True))
        .group_by(*named)
    )
    return tuple(sorted(Kind(*row) for row in session.execute(query)))


def _sample(session: Session, criteria: Criteria, kinds: tuple[Kind, ...]) -> tuple[EventRow, ...]:
    """Return the newest events that match: the newest of each state first, for the index is in that order."""
    found: list[tuple[int, int]] = []
    for state in {kind.state for kind in kinds}:
        query = (
            select(WebhookEvent.received_at_ms, WebhookEvent.id)
            .where(*conditions(replace(criteria, states=(state,))))
            .order_by(WebhookEvent.received_at_ms.desc())
            .limit(SAMPLE)
        )
        found += [(row[0], row[1]) for row in session.execute(query)]
    newest = [event_id for _, event_id in sorted(found, reverse=True)[:SAMPLE]]
    rows = {row.id: row for row in events_by_id(session, newest)}
    return tuple(rows[event_id] for event_id in newest if event_id in rows)
