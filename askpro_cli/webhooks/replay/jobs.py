"""Replays as they are looked at, paused, resumed and cancelled; times in milliseconds since 1970 UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from askpro_cli.base.errors import NotFoundError
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import ReplayItem, ReplayJob
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.replay import states
from askpro_cli.webhooks.replay.options import ReplayOptions, shown_url


@dataclass(frozen=True, slots=True)
class Job:
    """A replay and how far it is.

    Args:
        id: its row.
        state: of :mod:`~askpro_cli.webhooks.replay.states`.
        criteria: which events it was made of.
        options: how they are replayed.
        counts: its items by state, every state named.
        reason: why it stands, where that is not by somebody's will.
        requested_by: who asked for it.
        correlation_id: of the run or request that asked for it.
        created_at_ms: when.
        started_at_ms: when it was first run.
        finished_at_ms: when it was over.
        held_by: who runs it now; None where nobody does or the lease has ended.
        lease_ms: how much longer that counts without a heartbeat.
    """

    id: int
    state: str
    criteria: Criteria
    options: ReplayOptions
    counts: Mapping[str, int]
    reason: str | None
    requested_by: str
    correlation_id: str
    created_at_ms: int
    started_at_ms: int | None
    finished_at_ms: int | None
    held_by: str | None
    lease_ms: int | None

    @property
    def total(self) -> int:
        """How many events it has."""
        return sum(self.counts.values())

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more happens by itself."""
        return self.state in states.OVER


class Item(NamedTuple):
    """One event of a replay and what became of it."""

    id: int
    event_id: int
    state: str
    attempts: int
    http_status: int | None
    reason: str | None
    new_event_id: int | None
    finished_at_ms: int | None


def get_job(session: Session, job_id: int) -> Job:
    """Return a replay, counted now.

    Raises:
        NotFoundError: there is none of this id.
    """
    found = _jobs(session, ids=[job_id], limit=1)
    if not found:
        raise no_job(job_id)
    return found[0]


def list_jobs(
    session: Session, *, limit: int, before_id: int | None = None, wanted: Sequence[str] = ()
) -> list[Job]:
    """Return replays, the newest first.

    Args:
        session: of the platform's records.
        limit: at most so many.
        before_id: only older ones, for the next page.
        wanted: only in these states; empty: in any.
    """
    return _jobs(session, limit=limit, before_id=before_id, wanted=wanted)


def list_items(
    session: Session, job_id: int, *, limit: int, after_id: int = 0, wanted: Sequence[str] = ()
) -> list[Item]:
    """Return items of a replay in the order they are taken.

    Args:
        session: of the platform's records.
        job_id: of which replay.
        limit: at most so many.
        after_id: only later ones, for the next page: the ``id`` of the last item of the page before.
        wanted: only in these states; empty: in any.
    """
    columns = [getattr(ReplayItem, name) for name in Item._fields]
    query = select(*columns).where(ReplayItem.job_id == job_id, ReplayItem.id > after_id)
    if wanted:
        query = query.where(ReplayItem.state.in_(wanted))
    return [Item(*row) for row in session.execute(query.order_by(ReplayItem.id).limit(limit))]


def no_job(job_id: int) -> NotFoundError:
    """Return the error of a replay that is not there."""
    return NotFoundError(
        f"there is no replay {job_id}", subject=str(job_id), hint="askpro webhooks replay status"
    )


def count_items(session: Session, job_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return the items of replays by state, every state named."""
    counts = {job_id: dict.fromkeys(states.ITEM_STATES, 0) for job_id in job_ids}
    query = (
        select(ReplayItem.job_id, ReplayItem.state, func.count())
        .where(ReplayItem.job_id.in_(job_ids))
        .group_by(ReplayItem.job_id, ReplayItem.state)
    )
    for job_id, state, number in session.execute(query):
        counts[job_id][state] = number
    return counts


def _jobs(
    session: Session,
    *,
    limit: int,
    ids: Sequence[int] = (),
    before_id: int | None = None,
    wanted: Sequence[str] = (),
) -> list[Job]:
    query = select(ReplayJob, now_ms()).order_by(ReplayJob.id.desc()).limit(limit)
    if ids:
        query = query.where(ReplayJob.id.in_(ids))
    if before_id is not None:
        query = query.where(ReplayJob.id < before_id)
    if wanted:
        query = query.where(ReplayJob.state.in_(wanted))
    rows: list[tuple[ReplayJob, int]] = [(row[0], row[1]) for row in session.execute(query)]
    counted = count_items(session, [job.id for job, _ in rows if not _is_counted(job) or ids])
    return [_job(job, now, counted.get(job.id) or _kept_counts(job)) for job, now in rows]


def _is_counted(row: ReplayJob) -> bool:
    """Tell whether a job is over and its counts stand in its row: those of many jobs take long to make."""
    return row.state in states.OVER and row.claim_id is None


def _kept_counts(row: ReplayJob) -> dict[str, int]:
    """Return the counts as they were when the job was over."""
    known = {states.ITEM_DONE: row.done, states.FAILED: row.failed, states.SKIPPED: row.skipped}
    return dict.fromkeys(states.ITEM_STATES, 0) | known | {states.UNKNOWN: row.total - sum(known.values())}


def _job(row: ReplayJob, now: int, counts: Mapping[str, int]) -> Job:
    left = row.due_at_ms - now if row.claim_id is not None and row.due_at_ms is not None else 0
    return Job(
        id=row.id,
        state=row.state,
        criteria=Criteria.from_dict(row.criteria),
        options=ReplayOptions.from_dict(row.options),
        counts=counts,
        reason=row.reason,
        requested_by=row.requested_by,
        correlation_id=row.correlation_id,
        created_at_ms=row.created_at_ms,
        started_at_ms=row.started_at_ms,
        finished_at_ms=row.finished_at_ms,
        held_by=row.claimed_by if left > 0 else None,
        lease_ms=left if left > 0 else None,
    )


def _shown(options: ReplayOptions) -> dict[str, Any]:
    return options.as_dict() | {"to": None if options.to is None else shown_url(options.to)}


def job_as_dict(job: Job) -> dict[str, Any]:
    """Return a replay as JSON, without what may be a token in the address it sends to."""
    return {
        "id": job.id,
        "state": job.state,
        "criteria": job.criteria.as_dict(),
        "options": _shown(job.options),
        "total": job.total,
        "counts": dict(job.counts),
        "reason": job.reason,
        "requested_by": job.requested_by,
        "correlation_id": job.correlation_id,
        "held_by": job.held_by,
    }
