"""Running a replay to its end, or until it is paused, cancelled, or the process stops."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from askpro_cli.platform.records import Records
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.webhooks.arrivals import Secret
from askpro_cli.webhooks.replay import inside, states
from askpro_cli.webhooks.replay.claims import LEASE_MS, Claim, claim_job, hold, let_go
from askpro_cli.webhooks.replay.filling import fill
from askpro_cli.webhooks.replay.items import finish_if_over, keep_counts, lose_answers
from askpro_cli.webhooks.replay.rates import Pace

_SHORTEST_PAUSE = 0.01
_LONGEST_PAUSE = 0.5


def _no_secrets(_source: str) -> Sequence[Secret]:
    return ()


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class ReplayTools:
    """What a run of replays is given.

    Args:
        records: of the platform.
        holder: host and process, for people who ask who runs a job.
        log: where starts and ends are told.
        announce: wakes workers after a commit that gives them work.
        secrets_of: our secrets of a source, for ``--resign``.
        lease_ms: how long a run counts as alive without a heartbeat.
        answer_timeout: the longest wait for a receiver's answer, in seconds.
    """

    records: Records
    holder: str
    log: EventLog
    announce: Callable[[], None] = field(default=_nothing)
    secrets_of: Callable[[str], Sequence[Secret]] = field(default=_no_secrets)
    lease_ms: int = LEASE_MS
    answer_timeout: float = 30.0


class ReplayChore:
    """Replays as other work of a worker process (:class:`~askpro_cli.webhooks.worker.pool.Chore`)."""

    name = "replays"

    def __init__(self, tools: ReplayTools) -> None:
        self._tools = tools

    def do_some(self, stopping: Callable[[], bool]) -> bool:
        """Run the next replay that is due to its end; False when there is none.

        Raises:
            RecordsError: the database cannot be used; the lease ends and somebody goes on.
        """
        return run_next(self._tools, stopping) is not None


def run_next(tools: ReplayTools, stopping: Callable[[], bool], *, job_id: int | None = None) -> int | None:
    """Claim a replay that is due and run it; return its id, None when there is none.

    Blocks until the job is over, paused or cancelled, its claim is lost, or *stopping* tells True: then it
    is given back and goes on with the next run. To be called in a thread of its own.

    Args:
        tools: what it needs.
        stopping: asked many times a second.
        job_id: only this one.

    Raises:
        RecordsError: the database cannot be used; the lease ends and somebody goes on.
    """
    claim = tools.records.run_in_transaction(
        lambda session: claim_job(session, holder=tools.holder, job_id=job_id, lease_ms=tools.lease_ms),
        context="look for a replay to run",
    )
    if claim is None:
        return None
    tools.log.event("replay.started", replay=claim.job_id, state=claim.state)
    _run(tools, claim, stopping)
    tools.records.run_in_transaction(lambda session: _end(session, claim), context="give a replay back")
    tools.log.event("replay.stopped", replay=claim.job_id)
    return claim.job_id


def _run(tools: ReplayTools, claim: Claim, stopping: Callable[[], bool]) -> None:
    if claim.state in (states.PAUSED, states.CANCELLED):
        return  # its run died; what that had under way is settled at the end
    if claim.state == states.FILLING:
        fill(tools.records, claim)
    if claim.options.to is None:
        _run_inside(tools, claim, stopping)
        return
    from askpro_cli.webhooks.replay.outward import run_outward  # most runs send nothing: httpx costs 100 ms

    tools.records.run_in_transaction(
        lambda session: lose_answers(session, claim.job_id), context="look at what a dead run had sent"
    )
    run_outward(tools, claim, stopping)


def _run_inside(tools: ReplayTools, claim: Claim, stopping: Callable[[], bool]) -> None:
    """Set events back a few at a time, and follow them."""
    pace = Pace(claim.options.rate)
    rest = threading.Event()
    open_items, pause = 0, _SHORTEST_PAUSE
    while not stopping():
        most = pace.allowed(claim.options.at_once - open_items)
        turn = tools.records.run_in_transaction(
            lambda session, most=most: _turn(session, claim, most, tools.lease_ms),  # type: ignore[misc]
            context="replay events",
        )
        if turn is None:
            return
        if turn.begun:
            tools.announce()
        moved = turn.begun > 0 or turn.open_items != open_items
        open_items = turn.open_items
        pause = _SHORTEST_PAUSE if moved else min(pause * 1.5, _LONGEST_PAUSE)
        rest.wait(pause)


@dataclass(frozen=True, slots=True)
class _Turn:
    begun: int
    open_items: int


def _turn(session: Session, claim: Claim, most: int, lease_ms: int) -> _Turn | None:
    """Follow what is under way, set further events back; None when the job goes no further here."""
    if hold(session, claim, lease_ms) != states.RUNNING:
        return None
    open_items = inside.follow(session, claim.job_id)
    begun = inside.set_back(session, claim, most) if most > 0 else 0
    if begun + open_items == 0 and finish_if_over(session, claim):
        return None
    return _Turn(begun, begun + open_items)


def _end(session: Session, claim: Claim) -> None:
    """Settle what can be said, and give the job back; nothing where the claim is lost."""
    state = hold(session, claim)
    if state is None:
        return
    if claim.options.to is None:
        inside.follow(session, claim.job_id)
        if state == states.CANCELLED:
            inside.stop_following(session, claim.job_id)
    else:
        lose_answers(session, claim.job_id)
    keep_counts(session, claim.job_id)
    let_go(session, claim)
