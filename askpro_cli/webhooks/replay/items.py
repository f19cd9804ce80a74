"""Single events of a replay: what became of each is written down under the job's claim."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import ReplayItem, ReplayJob
from askpro_cli.platform.schema.webhooks import LONGEST_REASON
from askpro_cli.webhooks.replay import states
from askpro_cli.webhooks.replay.claims import Claim

LOST_ANSWER = "the run ended before the answer came: it may have arrived"
_UNSYNCED = {"synchronize_session": False}


class Outcome(NamedTuple):
    """What became of an item.

    Args:
        state: ``done``, ``failed``, ``skipped`` or ``unknown``.
        reason: one sentence, no personal data.
        http_status: of the receiver's answer.
        new_event_id: the event made of it.
    """

    state: str
    reason: str | None = None
    http_status: int | None = None
    new_event_id: int | None = None


def record(session: Session, item_id: int, outcome: Outcome, *, attempt: int | None = None) -> None:
    """Write down what became of an item that was under way.

    Args:
        session: of the platform's records.
        item_id: which.
        outcome: what became of it.
        attempt: only if this is still its last attempt: an answer that comes after the lease was lost says
            what became of an item that the next run calls unknown, and nothing of one that was sent again.
    """
    open_states = (states.WAITING, states.SENDING, states.UNKNOWN)
    query = update(ReplayItem).where(ReplayItem.id == item_id, ReplayItem.state.in_(open_states))
    if attempt is not None:
        query = query.where(ReplayItem.attempts == attempt)
    session.execute(
        query.values(
            state=outcome.state,
            reason=None if outcome.reason is None else outcome.reason[:LONGEST_REASON],
            http_status=outcome.http_status,
            new_event_id=func.coalesce(outcome.new_event_id, ReplayItem.new_event_id),
            finished_at_ms=now_ms(),
        ),
        execution_options=_UNSYNCED,
    )


def lose_answers(session: Session, job_id: int) -> None:
    """Call what a dead run had sent unknown: nobody can say whether it arrived."""
    session.execute(
        update(ReplayItem)
        .where(ReplayItem.job_id == job_id, ReplayItem.state == states.SENDING)
        .values(state=states.UNKNOWN, reason=LOST_ANSWER, finished_at_ms=now_ms()),
        execution_options=_UNSYNCED,
    )


def finish_if_over(session: Session, claim: Claim) -> bool:
    """End a running job whose items are all over, and tell whether it did."""
    open_items = select(ReplayItem.id).where(
        ReplayItem.job_id == claim.job_id, ReplayItem.state.in_((states.WAITING, states.SENDING))
    )
    if session.execute(open_items.limit(1)).first() is not None:
        return False
    session.execute(
        update(ReplayJob)
        .where(ReplayJob.id == claim.job_id, ReplayJob.state == states.RUNNING)
        .values(state=states.DONE, finished_at_ms=now_ms()),
        execution_options=_UNSYNCED,
    )
    return True


def keep_counts(session: Session, job_id: int) -> None:
    """Write the counts of a job's items into its row."""

    def counted(*wanted: str) -> object:
        query = select(func.count()).where(ReplayItem.job_id == job_id, ReplayItem.state.in_(wanted))
        return query.scalar_subquery()

    session.execute(
        update(ReplayJob)
        .where(ReplayJob.id == job_id)
        .values(
            total=counted(*states.ITEM_STATES),
            done=counted(states.ITEM_DONE),
            failed=counted(states.FAILED),
            skipped=counted(states.SKIPPED),
        ),
        execution_options=_UNSYNCED,
    )
