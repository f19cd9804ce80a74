"""Making a replay: the job first, then its events, in small transactions that leave the intake room.

A run that dies while it fills leaves a job in state ``filling``; whoever claims it goes on behind the last
event that was written down.
"""

from __future__ import annotations

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from askpro_cli.base.errors import NotFoundError, PendingError, RefusedError
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import ReplayItem, ReplayJob, WebhookEvent
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.reading.listing import events_by_id, last_id
from askpro_cli.webhooks.reading.selecting import conditions
from askpro_cli.webhooks.replay import states
from askpro_cli.webhooks.replay.claims import LEASE_MS, Claim, hold, let_go, new_claim_id
from askpro_cli.webhooks.replay.jobs import Job, get_job
from askpro_cli.webhooks.replay.options import ReplayOptions, check_options

CHUNK = 2000
"""Events written down in one transaction: 20 to 50 ms, in which SQLite keeps nothing else."""


def create_job(
    records: Records,
    criteria: Criteria,
    options: ReplayOptions,
    *,
    requested_by: str,
    correlation_id: str,
) -> Job:
    """Write a replay down with all its events, and return it: ready for whoever runs it.

    Args:
        records: of the platform.
        criteria: which events; without :attr:`Criteria.up_to_id` those that are there now.
        options: how.
        requested_by: who asks: a person, a token's name.
        correlation_id: of the run or request.

    Raises:
        UsageError: options that contradict each other.
        NotFoundError: an id of *criteria* that no event has.
        RecordsError: the database cannot be used; what was written is gone on with by the next run.
    """
    check_options(options)
    claim = records.run_in_transaction(
        lambda session: _new_job(session, criteria, options, requested_by, correlation_id),
        context="write a replay down",
    )
    fill(records, claim)
    records.run_in_transaction(lambda session: let_go(session, claim), context="hand a replay over")
    return records.run_in_transaction(
        lambda session: get_job(session, claim.job_id), context="look at a replay"
    )


def _new_job(
    session: Session, criteria: Criteria, options: ReplayOptions, requested_by: str, correlation_id: str
) -> Claim:
    _require_ids(session, criteria.ids)
    bound = criteria.up_to_id if criteria.up_to_id is not None else last_id(session)
    job = ReplayJob(
        state=states.FILLING,
        criteria=criteria.as_dict() | {"up_to_id": bound},
        options=options.as_dict(),
        requested_by=requested_by[:100],
        correlation_id=correlation_id,
        created_at_ms=now_ms(),
        due_at_ms=now_ms() + LEASE_MS,
        claim_id=new_claim_id(),
        claimed_by=requested_by[:100],
        total=0,
        done=0,
        failed=0,
        skipped=0,
    )
    session.add(job)
    session.flush()
    assert job.claim_id is not None  # noqa: S101 - just given
    return Claim(job.id, job.claim_id, states.FILLING, options)


def _require_ids(session: Session, ids: tuple[int, ...]) -> None:
    missing = sorted(set(ids) - {row.id for row in events_by_id(session, ids)}) if ids else []
    if missing:
        raise NotFoundError(
            f"there is no event {', '.join(map(str, missing))}",
            subject=str(missing[0]),
            hint="askpro webhooks list",
        )


def fill(records: Records, claim: Claim) -> None:
    """Write the events of a job down, behind those that are, and let it begin.

    Raises:
        PendingError: another run has taken the job over.
        RefusedError: it was cancelled meanwhile.
        RecordsError: the database cannot be used.
    """
    missing = records.run_in_transaction(
        lambda session: _missing(session, claim.job_id), context="choose the events of a replay"
    )
    for begin in range(0, len(missing), CHUNK):
        chunk = missing[begin : begin + CHUNK]
        records.run_in_transaction(
            lambda session, chunk=chunk: _write(session, claim, chunk),  # type: ignore[misc]
            context="write the events of a replay down",
        )
    records.run_in_transaction(lambda session: _filled(session, claim), context="let a replay begin")


def _missing(session: Session, job_id: int) -> list[int]:
    """Return the events that match and are not written down yet, in the order they came."""
    given = session.execute(select(ReplayJob.criteria).where(ReplayJob.id == job_id)).scalar_one()
    last = session.execute(select(func.max(ReplayItem.event_id)).where(ReplayItem.job_id == job_id)).scalar()
    query = select(WebhookEvent.id).where(*conditions(Criteria.from_dict(given), every_state=True))
    return sorted(found for found in session.scalars(query) if found > (last or 0))


def _write(session: Session, claim: Claim, event_ids: list[int]) -> None:
    _hold(session, claim)
    session.connection().execute(  # past the session, which takes three times as long for rows in bulk
        insert(ReplayItem),
        [
            {"job_id": claim.job_id, "event_id": event_id, "state": states.WAITING, "attempts": 0}
            for event_id in event_ids
        ],
    )


def _filled(session: Session, claim: Claim) -> None:
    """End the filling; the claim stays with who has it."""
    if _hold(session, claim) != states.FILLING:
        return
    total = select(func.count()).where(ReplayItem.job_id == claim.job_id).scalar_subquery()
    session.execute(
        update(ReplayJob).where(ReplayJob.id == claim.job_id).values(state=states.RUNNING, total=total),
        execution_options={"synchronize_session": False},
    )


def _hold(session: Session, claim: Claim) -> str:
    state = hold(session, claim)
    if state is None:
        raise PendingError(f"replay {claim.job_id} was taken over by another run", subject=str(claim.job_id))
    if state == states.CANCELLED:
        raise RefusedError(f"replay {claim.job_id} was cancelled meanwhile", subject=str(claim.job_id))
    return state
