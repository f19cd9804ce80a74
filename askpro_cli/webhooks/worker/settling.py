"""Writing down what became of claims, guarded by the claim: who lost its lease changes nothing any more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, String, bindparam, case, func, insert, select, update

from askpro_cli.base.errors import LeaseLostError
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import WebhookAttempt, WebhookEffect, WebhookEvent
from askpro_cli.platform.schema.webhooks import LONGEST_REASON
from askpro_cli.webhooks.handling import Effect
from askpro_cli.webhooks.states import CLAIMED, FAILED, RECEIVED
from askpro_cli.webhooks.worker.claims import Claim, Kept, Settled

LOST = "lost"
"""Outcome of an attempt whose lease ran out."""

_EVENTS: Any = WebhookEvent.__table__
_ATTEMPTS: Any = WebhookAttempt.__table__
_EFFECTS: Any = WebhookEffect.__table__
_MINE = (_EVENTS.c.id == bindparam("event"), _EVENTS.c.claim_id == bindparam("claim"))
_FREE = {"claim_id": None, "claimed_by": None}

_SETTLE = (
    update(_EVENTS)
    .where(*_MINE)
    .values(
        state=bindparam("new_state"),
        reason=bindparam("new_reason"),
        company=func.coalesce(bindparam("of_company", type_=String), _EVENTS.c.company),
        due_at_ms=now_ms() + bindparam("retry", type_=BigInteger),  # NULL in, NULL out
        finished_at_ms=bindparam("ended", type_=BigInteger),
        **_FREE,
    )
)
_SETTLE_ALIKE = (
    update(_EVENTS)
    .where(
        _EVENTS.c.id.in_(bindparam("events", expanding=True)),
        _EVENTS.c.claim_id.in_(bindparam("claims", expanding=True)),
    )
    .values(
        state=bindparam("new_state"),
        reason=bindparam("new_reason"),
        due_at_ms=None,
        finished_at_ms=bindparam("ended", type_=BigInteger),
        **_FREE,
    )
)
_GIVE_BACK = (
    update(_EVENTS)
    .where(
        _EVENTS.c.id.in_(bindparam("events", expanding=True)),
        _EVENTS.c.claim_id.in_(bindparam("claims", expanding=True)),
    )
    .values(
        state=case((_EVENTS.c.reason.is_(None), RECEIVED), else_=FAILED),
        attempts=_EVENTS.c.attempts - 1,
        due_at_ms=0,
        **_FREE,
    )
)
_RENEW = (
    update(_EVENTS)
    .where(
        _EVENTS.c.id.in_(bindparam("events", expanding=True)),
        _EVENTS.c.claim_id.in_(bindparam("claims", expanding=True)),
        _EVENTS.c.state == CLAIMED,
    )
    .values(due_at_ms=now_ms() + bindparam("lease", type_=Integer))
)
_STILL = select(_EVENTS.c.id).where(
    _EVENTS.c.id.in_(bindparam("events", expanding=True)),
    _EVENTS.c.claim_id.in_(bindparam("claims", expanding=True)),
)
_ATTEMPT: Any = insert(_ATTEMPTS)
_EFFECT: Any = insert(_EFFECTS).values(due_at_ms=now_ms() + bindparam("grace", type_=Integer))
_EFFECTS_AND_KEYS = _EFFECT.returning(_EFFECTS.c.id, sort_by_parameter_order=True)


def settle(
    connection: Connection, settled: Sequence[Settled], *, worker: str, ended_ms: int, grace: float
) -> list[Kept]:
    """Write down what became of claims, their attempts and their effects; all of them or none.

    Args:
        connection: in the transaction in which the handlers worked.
        settled: of one batch.
        worker: who did it.
        ended_ms: now, by this host's clock.
        grace: seconds that this process has for the effects before another one takes them up.

    Returns:
        The effects with the ids of their rows.

    Raises:
        LeaseLostError: a claim is no longer ours; roll back.
    """
    mine = connection.execute(_SETTLE, [_row(one, ended_ms) for one in settled]).rowcount
    if mine != len(settled):
        raise LeaseLostError("another worker has taken up the event meanwhile")
    connection.execute(_ATTEMPT, [_attempt(one, worker, ended_ms) for one in settled])
    return _keep_effects(connection, settled, grace)


def settle_alike(
    connection: Connection, claims: Sequence[Claim], *, state: str, reason: str, ended_ms: int
) -> int:
    """Leave events that nobody needed to handle in one state, in one statement; return how many were ours."""
    values = {"new_state": state, "new_reason": reason, "ended": ended_ms}
    return connection.execute(_SETTLE_ALIKE, values | _named(claims)).rowcount


def give_back(connection: Connection, claims: Sequence[Claim]) -> int:
    """Give claims back that were not begun; their attempt does not count. Return how many were ours."""
    return connection.execute(_GIVE_BACK, _named(claims)).rowcount


def renew(connection: Connection, claims: Sequence[Claim], lease: float) -> list[Claim]:
    """Extend leases to *lease* seconds from now; return the claims that are lost."""
    named = _named(claims)
    if connection.execute(_RENEW, named | {"lease": round(lease * 1000)}).rowcount == len(claims):
        return []
    still = set(connection.scalars(_STILL, named))
    return [claim for claim in claims if claim.event_id not in still]


def note_lost(connection: Connection, settled: Settled, *, worker: str, ended_ms: int) -> None:
    """Note an attempt whose lease ran out; the event is somebody else's."""
    connection.execute(_ATTEMPT, [_attempt(settled._replace(state=LOST), worker, ended_ms)])


def _row(one: Settled, ended_ms: int) -> dict[str, Any]:
    return {
        "event": one.claim.event_id,
        "claim": one.claim.claim_id,
        "new_state": one.state,
        "new_reason": _cut(one.reason),
        "of_company": one.company,
        "retry": one.retry_ms,
        "ended": None if one.state == FAILED else ended_ms,
    }


def _attempt(one: Settled, worker: str, ended_ms: int) -> dict[str, Any]:
    return {
        "event_id": one.claim.event_id,
        "number": one.claim.attempts,
        "claim_id": one.claim.claim_id,
        "claimed_by": worker,
        "started_at_ms": one.started_ms,
        "ended_at_ms": ended_ms,
        "outcome": one.state,
        "reason": _cut(one.reason),
    }


def _keep_effects(connection: Connection, settled: Sequence[Settled], grace: float) -> list[Kept]:
    """Write effects down; what several events of one commit want alike happens once."""
    wanted: dict[str, tuple[int, Effect]] = {}
    for one in settled:
        for effect in one.effects:
            payload = json.dumps(dict(effect.payload), sort_keys=True, default=str)
            wanted.setdefault(f"{effect.kind} {effect.company} {payload}", (one.claim.event_id, effect))
    if not wanted:
        return []
    rows = [_effect(event_id, effect, grace) for event_id, effect in wanted.values()]
    effects = [effect for _, effect in wanted.values()]
    return [Kept(key, effect) for key, effect in zip(_add_effects(connection, rows), effects, strict=True)]


def _add_effects(connection: Connection, rows: Sequence[dict[str, Any]]) -> Sequence[int]:
    """Return the keys of new rows, in their order; MySQL tells that of one row alone."""
    if connection.dialect.insert_executemany_returning_sort_by_parameter_order:
        return connection.scalars(_EFFECTS_AND_KEYS, rows).all()
    made: list[Any] = [connection.execute(_EFFECT, row).inserted_primary_key for row in rows]
    return [int(key[0]) for key in made]


def _effect(event_id: int, effect: Effect, grace: float) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "kind": effect.kind,
        "company": effect.company,
        "payload": dict(effect.payload),
        "attempts": 0,
        "grace": round(grace * 1000),
    }


def _named(claims: Sequence[Claim]) -> dict[str, Any]:
    """Return what names claims in a statement."""
    return {
        "events": [claim.event_id for claim in claims],
        "claims": sorted({claim.claim_id for claim in claims}),
    }


def _cut(reason: str | None) -> str | None:
    return None if reason is None else reason[:LONGEST_REASON]
