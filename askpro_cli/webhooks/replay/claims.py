"""Who runs a replay: a lease by the database's clock, and a claim id that fences every change."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import ReplayJob
from askpro_cli.webhooks.replay import states
from askpro_cli.webhooks.replay.options import ReplayOptions

LEASE_MS = 6_000
"""How long a run counts as alive without a heartbeat: how long a job stands after a kill -9.

Short, for a run that loses it while it stands still does no harm: all it changes is fenced.
"""

_CANDIDATES = 5
_UNSYNCED = {"synchronize_session": False}


class Claim(NamedTuple):
    """The right to run a replay.

    Args:
        job_id: which.
        claim_id: the fence.
        state: of the job when it was claimed; ``ready`` has become ``running``.
        options: how its events are replayed.
    """

    job_id: int
    claim_id: str
    state: str
    options: ReplayOptions


def new_claim_id() -> str:
    """Return a fence nobody had before: 32 hex digits."""
    return secrets.token_hex(16)


def claim_job(
    session: Session, *, holder: str, job_id: int | None = None, lease_ms: int = LEASE_MS
) -> Claim | None:
    """Take a replay that is due and that nobody holds, None when there is none.

    A paused or cancelled one is taken, too, when its run died before it could say what became of its items.

    Args:
        session: of the platform's records.
        holder: host and process, for people.
        job_id: only this one.
        lease_ms: until when it counts without :func:`hold`.
    """
    query = select(ReplayJob.id, ReplayJob.state, ReplayJob.options, ReplayJob.due_at_ms, ReplayJob.claim_id)
    query = query.where(ReplayJob.due_at_ms <= now_ms())
    if job_id is not None:
        query = query.where(ReplayJob.id == job_id)
    due = query.order_by(ReplayJob.due_at_ms, ReplayJob.id).limit(_CANDIDATES)
    for found, state, options, due_at_ms, claim_id in session.execute(due).all():
        taken = states.RUNNING if state == states.READY else state
        claim = Claim(found, new_claim_id(), taken, ReplayOptions.from_dict(options))
        if _take(session, claim, (due_at_ms, claim_id), holder, lease_ms):
            return claim
    return None


def _take(session: Session, claim: Claim, seen: tuple[int, str | None], holder: str, lease_ms: int) -> bool:
    """Write a claim down unless somebody was quicker: the row must be as it was seen."""
    due_at_ms, claim_id = seen
    same = ReplayJob.claim_id.is_(None) if claim_id is None else ReplayJob.claim_id == claim_id
    result = session.execute(
        update(ReplayJob)
        .where(ReplayJob.id == claim.job_id, ReplayJob.due_at_ms == due_at_ms, same)
        .values(
            state=claim.state,
            claim_id=claim.claim_id,
            claimed_by=holder,
            due_at_ms=now_ms() + lease_ms,
            started_at_ms=func.coalesce(ReplayJob.started_at_ms, now_ms()),
        ),
        execution_options=_UNSYNCED,
    )
    return result.rowcount == 1  # type: ignore[attr-defined,no-any-return]


def hold(session: Session, claim: Claim, lease_ms: int = LEASE_MS) -> str | None:
    """Make the lease last again and return the job's state; None: the claim is lost.

    Everything a run changes comes after this in the same transaction.
    """
    result = session.execute(
        update(ReplayJob)
        .where(ReplayJob.id == claim.job_id, ReplayJob.claim_id == claim.claim_id)
        .values(due_at_ms=now_ms() + lease_ms),
        execution_options=_UNSYNCED,
    )
    if result.rowcount != 1:  # type: ignore[attr-defined]
        return None
    return session.execute(select(ReplayJob.state).where(ReplayJob.id == claim.job_id)).scalar_one()


def let_go(session: Session, claim: Claim) -> None:
    """Give a job back: one that still runs is ready for the next, others wait for nobody."""
    goes_on = (states.RUNNING, states.READY, states.FILLING)
    session.execute(
        update(ReplayJob)
        .where(ReplayJob.id == claim.job_id, ReplayJob.claim_id == claim.claim_id)
        .values(
            due_at_ms=case((ReplayJob.state.in_(goes_on), 0), else_=None),
            state=case((ReplayJob.state == states.RUNNING, states.READY), else_=ReplayJob.state),
            claim_id=None,
            claimed_by=None,
        ),
        execution_options=_UNSYNCED,
    )
