"""Handling claims: effects in the records, completion and attempt commit together or not at all.

Several events share a transaction while it is short, for a commit costs more than most handlers. Where
anything goes wrong in it, it is rolled back, and its events are handled one by one.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import LeaseLostError, RecordsError
from askpro_cli.platform import dialects
from askpro_cli.platform.records import Records
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.platform.write_turns import turns_of
from askpro_cli.webhooks.states import FAILED
from askpro_cli.webhooks.worker.claims import Claim, Kept, Settled
from askpro_cli.webhooks.worker.company import Companies
from askpro_cli.webhooks.worker.deadline import Running, watch_engine
from askpro_cli.webhooks.worker.executing import Executor
from askpro_cli.webhooks.worker.options import WorkerOptions
from askpro_cli.webhooks.worker.retrying import after_failure
from askpro_cli.webhooks.worker.settling import note_lost, settle
from askpro_cli.webhooks.worker.tally import Tally

TOGETHER = 32
"""Most events in one transaction."""

TOGETHER_SECONDS = 0.02
"""No further event joins a transaction that is older."""

WAITED_FOR_SECONDS = 0.005
"""The same where intake waits for its end, on SQLite."""

SQLITE_HANDLER_SECONDS = 2.5
"""Longest time of a handler on SQLite, where intake cannot write meanwhile."""


class Done(NamedTuple):
    """What became of some of the claims that were to be handled.

    Args:
        claims: which were dealt with.
        settled: what became of them; without those whose lease was lost.
        effects: what must happen now.
    """

    claims: list[Claim]
    settled: list[Settled]
    effects: list[Kept]


class Processor:
    """Handles claims and settles them; shared by the threads of a pool.

    Args:
        records: of the platform, no company chosen.
        options: the settings.
        worker: who it is (``claimed_by``).
        clock: dates attempts.
        tally: counts what became of events.
        log: told of what failed.
    """

    def __init__(
        self,
        records: Records,
        options: WorkerOptions,
        *,
        worker: str,
        clock: Clock,
        tally: Tally,
        log: EventLog,
    ) -> None:
        self.engine = records.engine
        self._options = options
        self.worker = worker
        self._clock = clock
        self._tally = tally
        self._log = log
        self._turns = turns_of(self.engine)
        self.running = Running()
        self.seconds = handler_seconds(records, options)
        self._executor = Executor(Companies(records), options, clock, self.seconds)
        watch_engine(self.engine)

    def some(self, claims: Sequence[Claim]) -> Done:
        """Handle some of *claims*, at least one; return what became of them, and their effects.

        Raises:
            RecordsError: the database cannot be used; nothing was settled.
        """
        if len(claims) > 1:
            try:
                return self._together(claims[:TOGETHER], attempts=1)
            except Exception as error:  # noqa: BLE001 - whatever it was, each alone shows whose it was
                self._log.event("worker.apart", events=len(claims), reason=type(error).__name__)
        return self._alone(claims[0])

    def _alone(self, claim: Claim) -> Done:
        """Handle one event and settle it, whatever its handler does."""
        started = self._now_ms()
        try:
            return self._together([claim], attempts=3)
        except LeaseLostError as error:
            self._lost(Settled(claim, FAILED, started, error.message))
            return Done([claim], [], [])
        except Exception as error:  # noqa: BLE001 - a handler's bug is the event's failure, never the worker's
            self._told(claim, error)
            return self._failed(after_failure(claim, error, self._options, started))

    def _failed(self, settled: Settled) -> Done:
        """Settle a failed attempt in a transaction of its own: that of the handler was rolled back."""
        try:
            self._transaction(lambda connection: self._settle(connection, [settled]), "note a failed event")
        except LeaseLostError:
            self._lost(settled)
            return Done([settled.claim], [], [])
        return Done([settled.claim], [settled], [])

    def _lost(self, settled: Settled) -> None:
        self._tally.lost()
        self._log.event("worker.lease_lost", level="warning", event_id=settled.claim.event_id)
        self._transaction(
            lambda connection: note_lost(connection, settled, worker=self.worker, ended_ms=self._now_ms()),
            "note a lost lease",
        )

    def _together(self, claims: Sequence[Claim], *, attempts: int) -> Done:
        """Handle events in one transaction until it is long enough; all that were handled are settled."""

        def work(connection: Connection) -> Done:
            begun = time.monotonic()

            def may_go_on() -> bool:
                longest = WAITED_FOR_SECONDS if self._turns.wanted else TOGETHER_SECONDS
                return time.monotonic() - begun <= longest

            with self.running.noted(connection):
                settled = self._executor.handle(connection, claims, may_go_on)
                return Done([one.claim for one in settled], settled, self._settle(connection, settled))

        done: Done = self._transaction(work, "handle webhook events", attempts=attempts)
        return done

    def _transaction(self, work: Any, context: str, *, attempts: int = 3) -> Any:
        with self._turns.after():
            return run_in_transaction(self.engine, work, attempts=attempts, context=context)

    def _settle(self, connection: Connection, settled: Sequence[Settled]) -> list[Kept]:
        return settle(
            connection,
            settled,
            worker=self.worker,
            ended_ms=self._now_ms(),
            grace=self._options.lease,
        )

    def _told(self, claim: Claim, error: Exception) -> None:
        """Tell the log why an attempt failed; of a bug with the places it passed, without its text."""
        fields: dict[str, Any] = {"reason": type(error).__name__}
        if not isinstance(error, RecordsError):
            frames = traceback.extract_tb(error.__traceback__)[-8:]
            fields["trace"] = [f"{frame.name}:{frame.lineno}" for frame in frames]
        self._log.event(
            "worker.handler_failed",
            level="warning",
            event_id=claim.event_id,
            source=claim.source,
            attempt=claim.attempts,
            correlation_id=claim.correlation_id,
            **fields,
        )

    def _now_ms(self) -> int:
        return round(self._clock.now().timestamp() * 1000)


def handler_seconds(records: Records, options: WorkerOptions) -> float:
    """Return the longest time of one handler on these records, in seconds."""
    if dialects.is_sqlite(records.engine.url):
        return min(options.handler_timeout, SQLITE_HANDLER_SECONDS)
    return options.handler_timeout
