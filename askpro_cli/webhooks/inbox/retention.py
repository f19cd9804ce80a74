"""Bodies go when they have been kept long enough; what makes a duplicate a duplicate stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from askpro_cli.platform.records import Records
from askpro_cli.platform.schema.webhooks import WebhookConflict, WebhookEvent, WebhookRejection
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.platform.write_turns import turns_of

BATCH = 500
"""Rows changed in one transaction: intake waits for no longer one."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """What is old: received before these times (milliseconds since 1970 UTC).

    Args:
        by_source: of sources with a time of their own.
        others: of all others; None: they are left alone.
        rejected: of rejected requests, by when they were last seen; None: they are left alone.
    """

    by_source: Mapping[str, int]
    others: int | None
    rejected: int | None


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many bodies went (or would go), and how many rejected requests."""

    events: int = 0
    conflicts: int = 0
    rejected: int = 0


def count_old(session: TenantSession, cuts: Cuts) -> Pruned:
    """Return what :func:`prune` would let go."""
    counts = [
        session.scalar(select(func.count()).select_from(table).where(condition)) or 0
        for table, condition in (
            (WebhookEvent, _old_events(cuts)),
            (WebhookConflict, _old_conflicts(cuts)),
            (WebhookRejection, _old_rejected(cuts)),
        )
    ]
    return Pruned(*counts)


def prune(records: Records, cuts: Cuts) -> Pruned:
    """Let bodies and headers go, of events and of conflicts, and rejected requests altogether.

    Events that still wait for a worker keep theirs, however old. In short transactions, so an interrupted run
    has done a part and the next one does the rest.

    Raises:
        RecordsError: the database cannot be used.
    """
    done = Pruned()
    turns = turns_of(records.engine)
    while True:
        with turns.after():
            some = records.run_in_transaction(lambda session: _prune_some(session, cuts), context="prune")
        if some == Pruned():
            return done
        done = replace(
            done,
            events=done.events + some.events,
            conflicts=done.conflicts + some.conflicts,
            rejected=done.rejected + some.rejected,
        )


def _prune_some(session: TenantSession, cuts: Cuts) -> Pruned:
    events = _some(session, WebhookEvent, _old_events(cuts))
    conflicts = _some(session, WebhookConflict, _old_conflicts(cuts))
    rejected = _some(session, WebhookRejection, _old_rejected(cuts))
    nothing = {"body": None, "headers": None}
    if events:
        session.execute(update(WebhookEvent).where(WebhookEvent.id.in_(events)).values(nothing))
    if conflicts:
        session.execute(update(WebhookConflict).where(WebhookConflict.id.in_(conflicts)).values(nothing))
    if rejected:
        session.execute(delete(WebhookRejection).where(WebhookRejection.id.in_(rejected)))
    return Pruned(len(events), len(conflicts), len(rejected))


def _some(
    session: TenantSession,
    table: type[WebhookEvent | WebhookConflict | WebhookRejection],
    condition: ColumnElement[bool],
) -> Sequence[int]:
    return session.scalars(select(table.id).where(condition).order_by(table.id).limit(BATCH)).all()


def _old_events(cuts: Cuts) -> ColumnElement[bool]:
    """Say which events may lose their bodies: old, still with one, and of no worker's concern."""
    waits = or_(WebhookEvent.due_at_ms.is_not(None), WebhookEvent.state == "claimed")
    return and_(
        WebhookEvent.body.is_not(None),
        ~waits,
        _before(cuts, WebhookEvent.received_at_ms, WebhookEvent.source),
    )


def _old_conflicts(cuts: Cuts) -> ColumnElement[bool]:
    of_old = exists(
        select(1).where(
            WebhookEvent.id == WebhookConflict.event_id,
            _before(cuts, WebhookConflict.received_at_ms, WebhookEvent.source),
        )
    )
    return and_(WebhookConflict.body.is_not(None), of_old)


def _old_rejected(cuts: Cuts) -> ColumnElement[bool]:
    return WebhookRejection.last_seen_ms < (0 if cuts.rejected is None else cuts.rejected)


def _before(
    cuts: Cuts, received: InstrumentedAttribute[int], source: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """Say that something was received before its source's time."""
    own = [and_(source == name, received < cut) for name, cut in cuts.by_source.items()]
    rest = [] if cuts.others is None else [and_(source.not_in(list(cuts.by_source)), received < cuts.others)]
    return or_(*own, *rest) if own or rest else received < 0
