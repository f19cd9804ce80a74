"""What people do to a replay: pause, resume, cancel. A run notices before its next event."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from askpro_cli.base.errors import RefusedError
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import ReplayItem, ReplayJob
from askpro_cli.webhooks.replay import states
from askpro_cli.webhooks.replay.items import keep_counts
from askpro_cli.webhooks.replay.jobs import Job, get_job, no_job

_UNSYNCED = {"synchronize_session": False}
CANCELLED_REASON = "the replay was cancelled before its turn"


def pause_job(session: Session, job_id: int, *, reason: str | None = None) -> Job:
    """Let a replay stand until it is resumed; what is under way is still answered. Twice is once.

    Raises:
        NotFoundError: there is none of this id.
        RefusedError: it is over, or still being filled.
    """
    state = _locked_state(session, job_id)
    if state == states.FILLING:
        message = f"replay {job_id} is still being made"
        raise RefusedError(message, subject=str(job_id), hint="try again in a moment, or cancel it")
    _refuse_over(job_id, state, "paused")
    _set(session, job_id, state=states.PAUSED, reason=reason, due_at_ms=_due_while_held())
    return get_job(session, job_id)


def resume_job(session: Session, job_id: int, *, again: Collection[str] = ()) -> Job:
    """Let a paused replay go on; one that runs or waits is left alone.

    Args:
        session: of the platform's records.
        job_id: which.
        again: states of items that are tried again: ``failed``, ``unknown``. One of which the answer was
            lost may have arrived. With it a replay that is done begins anew.

    Raises:
        NotFoundError: there is none of this id.
        RefusedError: it is over, and nothing is to be tried again.
    """
    state = _locked_state(session, job_id)
    if state == states.CANCELLED or (state == states.DONE and not again):
        _refuse_over(job_id, state, "resumed")
    if again:
        session.execute(
            update(ReplayItem)
            .where(ReplayItem.job_id == job_id, ReplayItem.state.in_(again))
            .values(
                state=states.WAITING, http_status=None, reason=None, new_event_id=None, finished_at_ms=None
            ),
            execution_options=_UNSYNCED,
        )
    if state in (states.PAUSED, states.DONE):
        held = ReplayJob.claim_id.is_not(None) & (ReplayJob.due_at_ms > now_ms())
        _set(
            session,
            job_id,
            state=case((held, states.RUNNING), else_=states.READY),
            due_at_ms=case((held, ReplayJob.due_at_ms), else_=0),
            reason=None,
            finished_at_ms=None,
        )
    return get_job(session, job_id)


def cancel_job(session: Session, job_id: int) -> Job:
    """End a replay: what waits is skipped, what is under way is still answered. Twice is once.

    Raises:
        NotFoundError: there is none of this id.
        RefusedError: it is done.
    """
    state = _locked_state(session, job_id)
    if state == states.DONE:
        _refuse_over(job_id, state, "cancelled")
    if state != states.CANCELLED:
        session.execute(
            update(ReplayItem)
            .where(ReplayItem.job_id == job_id, ReplayItem.state == states.WAITING)
            .values(state=states.SKIPPED, reason=CANCELLED_REASON, finished_at_ms=now_ms()),
            execution_options=_UNSYNCED,
        )
        due = _due_while_held()
        _set(session, job_id, state=states.CANCELLED, reason=None, finished_at_ms=now_ms(), due_at_ms=due)
        keep_counts(session, job_id)
    return get_job(session, job_id)


def _locked_state(session: Session, job_id: int) -> str:
    query = select(ReplayJob.state).where(ReplayJob.id == job_id).with_for_update()
    state = session.execute(query).scalar_one_or_none()
    if state is None:
        raise no_job(job_id)
    return state


def _refuse_over(job_id: int, state: str, verb: str) -> None:
    if state in states.OVER:
        message = f"replay {job_id} is {state}; it cannot be {verb}"
        hint = "--failed or --unknown tries those again" if state == states.DONE else "start another one"
        raise RefusedError(message, subject=str(job_id), hint=hint)


def _due_while_held() -> object:
    """Keep the lease of a run that must still say what became of its items; without one wait for nobody.

    A job without a run may have items whose run died, so it is looked at once more, at once.
    """
    return case((ReplayJob.claim_id.is_not(None), ReplayJob.due_at_ms), else_=0)


def _set(session: Session, job_id: int, **values: object) -> None:
    session.execute(
        update(ReplayJob).where(ReplayJob.id == job_id).values(**values), execution_options=_UNSYNCED
    )
