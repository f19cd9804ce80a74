"""Claiming a batch of due events: one short transaction, in which nobody waits for anybody.

PostgreSQL and SQLite say it in one statement. MariaDB has no ``UPDATE … RETURNING``, and an update joined to
a ``SKIP LOCKED`` query blocks there, so it selects, then updates.

An event of an entity is claimed only when no earlier one of it is still to be handled, and none is claimed
under a live lease. Two claims at the same instant may both pass the second test where a later event was
claimed while an earlier one had failed for good and is woken in that very moment; handlers bear any order.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    Select,
    String,
    Table,
    Update,
    and_,
    bindparam,
    case,
    cast,
    or_,
    select,
    update,
)

from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.webhooks.states import CLAIMED
from askpro_cli.webhooks.worker.claims import Claim, new_claim_id

SMALL_BODY = 65_536
"""Bytes up to which a body comes with the claim; a batch of larger ones would fill the memory."""

_EVENTS: Any = WebhookEvent.__table__
_OTHER: Any = _EVENTS.alias("other")


class Wanted(NamedTuple):
    """What is to be claimed.

    Args:
        worker: who claims (:func:`~askpro_cli.webhooks.worker.claims.worker_name`).
        lease: seconds until the claim must be renewed.
        limit: at most so many.
        handled: sources whose bodies are needed.
        full: sources of which no more can be handled now.
    """

    worker: str
    lease: float
    limit: int
    handled: Collection[str]
    full: Collection[str] = ()


def claim_new(connection: Connection, wanted: Wanted) -> list[Claim]:
    """Claim what was received, or failed and is due again; the earliest due first.

    Args:
        connection: in a transaction of its own.
        wanted: how many, of which.
    """
    return _claim(connection, "new", wanted)


def claim_abandoned(connection: Connection, wanted: Wanted) -> list[Claim]:
    """Claim what another worker left behind when its lease ended: it may have died of it.

    Args:
        connection: in a transaction of its own.
        wanted: how many, of which.
    """
    return _claim(connection, "abandoned", wanted)


def _claim(connection: Connection, which: str, wanted: Wanted) -> list[Claim]:
    claim_id = new_claim_id()
    values = {"worker": wanted.worker, "claim": claim_id, "lease": round(wanted.lease * 1000)}
    asked = {"limit": wanted.limit, "full": list(wanted.full), "handled": list(wanted.handled)}
    if connection.dialect.name in ("mysql", "mariadb"):
        rows = connection.execute(_SELECTS[which], asked).all()
        if rows:
            connection.execute(_TAKE, values | {"events": [row[0] for row in rows]})
    else:
        rows = connection.execute(_UPDATES[which], values | asked).all()
    return sorted(Claim._make((*row, claim_id)) for row in rows)


def _blocked() -> Any:
    """Return the condition that another event of the same entity must be settled first."""
    return (
        select(_OTHER.c.id)
        .where(
            _OTHER.c.entity == _EVENTS.c.entity,
            _OTHER.c.due_at_ms.is_not(None),
            or_(
                _OTHER.c.id < _EVENTS.c.id,
                and_(_OTHER.c.id > _EVENTS.c.id, _OTHER.c.state == CLAIMED, _OTHER.c.due_at_ms > now_ms()),
            ),
        )
        .correlate(_EVENTS)
        .exists()
    )


def _due(which: Any, columns: list[Any]) -> Select[Any]:
    """Return the query for events that may be claimed, which locks them and passes over locked ones."""
    return (
        select(*columns)
        .where(
            _EVENTS.c.due_at_ms <= now_ms(),
            which,
            _EVENTS.c.source.not_in(bindparam("full", expanding=True)),
            ~_blocked(),
        )
        .order_by(_EVENTS.c.due_at_ms, _EVENTS.c.id)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(skip_locked=True, of=_EVENTS)
    )


def _columns(attempts: Any) -> list[Any]:
    """Return the columns in the order of :class:`Claim`."""
    of = _EVENTS.c
    needed = and_(of.source.in_(bindparam("handled", expanding=True)), of.body_size <= SMALL_BODY)
    return [
        *(of.id, of.source, of.event_type, of.entity, of.company, attempts, of.correlation_id),
        *(of.received_at_ms, case((needed, of.body))),
    ]


def _taken(table: Table) -> Update:
    lease = cast(bindparam("lease"), BigInteger)
    return update(table).values(
        state=CLAIMED,
        claim_id=bindparam("claim", type_=String),
        claimed_by=bindparam("worker", type_=String),
        attempts=table.c.attempts + 1,
        due_at_ms=now_ms() + lease,
    )


def _update(which: Any) -> Update:
    picked = _due(which, [_EVENTS.c.id]).cte("picked")
    taken = _taken(_EVENTS).where(_EVENTS.c.id.in_(select(picked.c.id)))
    return taken.returning(*_columns(_EVENTS.c.attempts))


# Said as "not claimed", for what is due is received, failed or claimed: asked for two states, databases take
# the index of states and sort all that wait; so they follow the index of what is due, and stop.
_NEW = _EVENTS.c.state != CLAIMED
_ABANDONED = _EVENTS.c.state == CLAIMED
_UPDATES = {"new": _update(_NEW), "abandoned": _update(_ABANDONED)}
_SELECTS = {
    "new": _due(_NEW, _columns(_EVENTS.c.attempts + 1)),
    "abandoned": _due(_ABANDONED, _columns(_EVENTS.c.attempts + 1)),
}
_TAKE = _taken(_EVENTS).where(_EVENTS.c.id.in_(bindparam("events", expanding=True)))
