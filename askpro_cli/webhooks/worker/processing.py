"""Handling claims: effects in the records, completion and attempt commit together or not at all.

Several events share a transaction while it is short, for a commit costs more than most handlers. Where
anything goes wrong in it, it is rolled back, and its events are handled one by one.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import LeaseLostError, RecordsError
from askpro_cli.platform import dialects
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.platform.write_turns import turns_of
from askpro_cli.webhooks.arrivals import Refusal
from askpro_cli.webhooks.handling import Event, Handled, Handler, handler_of, screen_of
from askpro_cli.webhooks.providers.parsing import parse
from askpro_cli.webhooks.states import DEAD, FAILED, IGNORED, UNHANDLED
from askpro_cli.webhooks.worker.claims import Claim, Kept, Settled
from askpro_cli.webhooks.worker.company import Companies, CompanyUnknownError
from askpro_cli.webhooks.worker.deadline import Running, time_limit, watch_engine
from askpro_cli.webhooks.worker.options import WorkerOptions
from askpro_cli.webhooks.worker.retrying import after_deaths, after_failure
from askpro_cli.webhooks.worker.settling import note_lost, settle
from askpro_cli.webhooks.worker.tally import Tally

TOGETHER = 16
"""Most events in one transaction."""

TOGETHER_SECONDS = 0.02
"""No further event joins a transaction that is older."""

WAITED_FOR_SECONDS = 0.005
"""The same where intake waits for its end, on SQLite."""

SQLITE_HANDLER_SECONDS = 2.5
"""Longest time of a handler on SQLite, where intake cannot write meanwhile."""

_BODY = select(WebhookEvent.body).where(WebhookEvent.id == bindparam("event"))


class Done(NamedTuple):
    """What became of the first of some claims.

    Args:
        claims: how many were dealt with.
        settled: what became of them; without those whose lease was lost.
        effects: what must happen now.
    """

    claims: int
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
        self._companies = Companies(records)
        self._turns = turns_of(self.engine)
        self.running = Running()
        self.seconds = handler_seconds(records, options)
        watch_engine(self.engine)

    def some(self, claims: Sequence[Claim]) -> Done:
        """Handle the first few of *claims*, at least one; return what became of them, and their effects.

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
            return Done(1, [], [])
        except Exception as error:  # noqa: BLE001 - a handler's bug is the event's failure, never the worker's
            self._told(claim, error)
            return self._failed(after_failure(claim, error, self._options, started))

    def _failed(self, settled: Settled) -> Done:
        """Settle a failed attempt in a transaction of its own: that of the handler was rolled back."""
        try:
            self._transaction(lambda connection: self._settle(connection, [settled]), "note a failed event")
        except LeaseLostError:
            self._lost(settled)
            return Done(1, [], [])
        return Done(1, [settled], [])

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
            with self.running.noted(connection):
                begun = time.monotonic()
                settled = [self._handle(connection, claims[0])]
                for claim in claims[1:]:
                    longest = WAITED_FOR_SECONDS if self._turns.wanted else TOGETHER_SECONDS
                    if time.monotonic() - begun > longest:
                        break
                    settled.append(self._handle(connection, claim))
                return Done(len(settled), settled, self._settle(connection, settled))

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

    def _handle(self, connection: Connection, claim: Claim) -> Settled:
        """Let the handler do its work in the transaction; what it raises is the caller's matter."""
        started = self._now_ms()
        if claim.attempts > self._options.attempts:
            return after_deaths(claim, started)
        handler = handler_of(claim.source)
        if handler is None:
            return Settled(claim, UNHANDLED, started, no_handler(claim.source))
        body = claim.body if claim.body is not None else connection.scalar(_BODY, {"event": claim.event_id})
        if body is None:
            return Settled(claim, DEAD, started, "its body is gone: pruned, or erased with its customer")
        document = parse(body)
        if isinstance(document, Refusal):
            return Settled(claim, DEAD, started, document.detail)
        event = event_of(claim, document)
        screen = screen_of(claim.source)
        ignored = screen(event) if screen else None
        if ignored is not None:
            return Settled(claim, IGNORED, started, ignored)
        return self._handled(connection, claim, event, handler, started)

    def _handled(
        self, connection: Connection, claim: Claim, event: Event, handler: Handler, started: int
    ) -> Settled:
        try:
            with time_limit(self.seconds):
                company = self._companies.of_event(connection, event)
                done = self._call(connection, event, company, handler)
        except CompanyUnknownError as error:
            return Settled(claim, FAILED, started, str(error))
        return Settled(claim, done.outcome, started, done.reason, company, effects=done.effects)

    def _call(self, connection: Connection, event: Event, company: str, handler: Handler) -> Handled:
        with self._companies.session(connection, company) as session:
            done = handler(replace(event, company=company), session)
            session.flush()
            session.expunge_all()
            return done

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


def no_handler(source: str) -> str:
    """Return the reason of an event that nothing handles yet."""
    return f"nothing handles events of {source} yet"


def event_of(claim: Claim, document: Any) -> Event:
    """Return the event as its handler sees it."""
    return Event(
        id=claim.event_id,
        source=claim.source,
        type=claim.event_type,
        document=document,
        entity=claim.entity,
        company=claim.company,
        received_ms=claim.received_ms,
        correlation_id=claim.correlation_id,
        attempt=claim.attempts,
    )
