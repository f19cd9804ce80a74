"""Group commit: requests hand their events to one thread, which commits all that wait at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from askpro_cli.base.clock import Clock, SystemClock
from askpro_cli.base.errors import AskproError, IntakeFullError, IntakeUnavailableError
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.platform.transactions import records_error
from askpro_cli.webhooks.arrivals import Admitted, Stored
from askpro_cli.webhooks.inbox.connection import CommitConnection
from askpro_cli.webhooks.inbox.disk import DiskGuard
from askpro_cli.webhooks.inbox.gate import Gate
from askpro_cli.webhooks.inbox.options import CommitterHealth, InboxOptions
from askpro_cli.webhooks.inbox.tally import Tally
from askpro_cli.webhooks.inbox.waiting import Handover, Waiting

Outcome = Stored | IntakeUnavailableError

MOST_WAITING_BYTES = 64_000_000
"""Of bodies that wait to be kept: large ones must not fill the memory before the queue is full."""
_TRIAL_SECONDS = 1.0
"""Between two trials while the database does not keep what it is given."""
_WATCH_SECONDS = 0.2


class Committer:
    """Keeps events with a thread and a connection of its own; used from one event loop.

    Args:
        engine: of the records; nothing is taken from its pool.
        options: the settings.
        gate: Redis in front of the database, or one that is always open.
        disk: the disk of the records.
        announce: told after a commit that gave workers something to do; must not wait or raise.
        on_commit: told of each commit: seconds and number of events.
        log: of the daemon.
        clock: tells since when something is wrong.
    """

    def __init__(
        self,
        engine: Engine,
        options: InboxOptions,
        *,
        gate: Gate,
        disk: DiskGuard,
        announce: Callable[[], object] | None = None,
        on_commit: Callable[[float, int], object] | None = None,
        log: EventLog | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._options = options
        self._gate = gate
        self._disk = disk
        self._announce = announce
        self._on_commit = on_commit
        self._connection = CommitConnection(engine, options.commit_timeout)
        self._tally = Tally(clock or SystemClock(), log)
        self._handover = Handover()
        self._thread = threading.Thread(target=self._run, name="askpro-committer", daemon=True)
        self._arrived: list[Waiting] = []
        self._open: deque[Waiting] = deque()
        self._waiting = self._bytes = 0
        self._watching = False
        self._closed = False
        self._begun: float | None = None

    def start(self) -> None:
        """Start the thread, which looks at the database at once."""
        self._thread.start()

    async def keep(self, admitted: Admitted) -> Stored:
        """Return once the event is on disk; all that came in the same turn of the loop share a commit.

        Raises:
            IntakeFullError, IntakeUnavailableError: it must not be acknowledged.
        """
        if self._closed:
            raise IntakeUnavailableError("the inbox is closing", hint="send it again")
        size = len(admitted.arrival.body)
        if self._waiting >= self._options.queue or (
            self._waiting and self._bytes + size > MOST_WAITING_BYTES
        ):
            message = f"{self._waiting} events of {self._bytes} bytes wait to be kept: as many as may"
            raise IntakeFullError(message, hint="send it again later")
        loop = asyncio.get_running_loop()
        item = Waiting(admitted, loop.create_future(), loop.time() + self._options.commit_timeout)
        self._waiting += 1
        self._bytes += size
        self._open.append(item)
        if not self._arrived:
            loop.call_soon(self._hand_over)
        self._arrived.append(item)
        if not self._watching:
            self._watching = True
            loop.call_later(_WATCH_SECONDS, self._watch, loop)
        return await item.future

    def health(self) -> CommitterHealth:
        """Return how keeping goes."""
        return self._tally.health(self._waiting, self._options.queue, self._connection.warnings)

    def close(self, seconds: float) -> bool:
        """Keep what waits and stop; blocks, so not in the event loop's thread while requests wait."""
        self._closed = True
        if self._thread.ident is None:
            return True
        self._handover.put(self._arrived)
        self._arrived = []
        self._handover.end()
        self._thread.join(seconds)
        ended = not self._thread.is_alive()
        if ended:
            self._connection.dispose()
        return ended

    def _hand_over(self) -> None:
        arrived, self._arrived = self._arrived, []
        if arrived:
            self._handover.put(arrived)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer those who have waited too long; what the thread has not begun is left out."""
        now = loop.time()
        late = 0
        while self._open and (self._open[0].future.done() or self._open[0].deadline <= now):
            item = self._open.popleft()
            if not item.future.done():
                item.abandoned = True
                late += 1
                message = f"not kept within {self._options.commit_timeout:g} s"
                item.future.set_exception(IntakeUnavailableError(message, hint="send it again"))
        begun = self._begun
        if late and begun is not None and time.monotonic() - begun > self._options.commit_timeout:
            self._connection.abort()  # no answer comes; a backlog alone would be no reason
        self._watching = bool(self._open)
        if self._watching:
            loop.call_later(_WATCH_SECONDS, self._watch, loop)

    def _resolve(self, batch: Sequence[Waiting], outcomes: Sequence[Outcome]) -> None:
        """Answer the requests of a batch; in the loop's thread."""
        self._waiting -= len(batch)
        self._bytes -= sum(len(item.admitted.arrival.body) for item in batch)
        for item, outcome in zip(batch, outcomes, strict=True):
            if item.future.done():
                continue
            if isinstance(outcome, Stored):
                item.future.set_result(outcome)
            else:
                item.future.set_exception(outcome)
        while self._open and self._open[0].future.done():
            self._open.popleft()

    def _run(self) -> None:
        """Commit batch after batch; the thread."""
        self._try_out()
        while (batch := self._handover.next_batch(_TRIAL_SECONDS if self._tally.error else None)) is not None:
            if batch:
                self._commit(batch)
            else:
                self._try_out()

    def _commit(self, batch: Sequence[Waiting]) -> None:
        """Keep a batch and answer it."""
        wanted = [item for item in batch if not item.abandoned]
        dropped = [item for item in batch if item.abandoned]
        outcomes = self._outcomes([item.admitted for item in wanted]) if wanted else []
        gone: list[Outcome] = [IntakeUnavailableError("not kept in time")] * len(dropped)
        loop = batch[0].future.get_loop()
        try:
            loop.call_soon_threadsafe(self._resolve, [*wanted, *dropped], [*outcomes, *gone])
        except RuntimeError:  # the loop is closed: nobody waits any more
            return
        self._gate.settle([item.admitted for item in wanted], outcomes)

    def _outcomes(self, batch: Sequence[Admitted]) -> list[Outcome]:
        """Return what became of each event; a mistake of ours costs a batch its answers, never the thread."""
        try:
            return self._kept(batch)
        except Exception as error:  # noqa: BLE001 - without the thread nothing would be kept any more
            reason = self._reason(error)
            self._tally.failed(reason, len(batch), unavailable=False)
            return [IntakeUnavailableError(reason, hint="send it again")] * len(batch)

    def _kept(self, batch: Sequence[Admitted]) -> list[Outcome]:
        """Return what became of each event of a batch."""
        begun = time.perf_counter()
        self._begun = time.monotonic()
        known = self._gate.enter(batch)
        try:
            self._check_disk()
            stored = self._connection.write(batch)
        except (SQLAlchemyError, AskproError, Exception) as error:  # noqa: BLE001 - the thread must live
            return self._not_kept(batch, known, error)
        finally:
            self._begun = None
        took = time.perf_counter() - begun
        self._tally.committed(stored, took)
        if self._on_commit is not None:
            self._on_commit(took, len(batch))
        if self._announce is not None and any(not one.duplicate or one.woken for one in stored):
            self._announce()
        return list(stored)

    def _not_kept(
        self, batch: Sequence[Admitted], known: Sequence[Stored | None], error: Exception
    ) -> list[Outcome]:
        """Return the outcomes of a batch that was not committed.

        One event that the database refuses must not take the others with it: they are kept one by one.
        What the gate knows to be stored is a duplicate all the same.
        """
        if len(batch) > 1 and not _is_of_the_database(error):
            return [outcome for one in batch for outcome in self._kept([one])]
        reason = self._reason(error)
        self._tally.failed(reason, len(batch), unavailable=_is_of_the_database(error))
        return [found or IntakeUnavailableError(reason, hint="send it again") for found in known]

    def _check_disk(self) -> None:
        if self._disk.is_low():
            raise IntakeUnavailableError(
                f"only {self._disk.free_bytes()} bytes are free on the disk of the records",
                hint="free space, or lower intake.min_free_bytes",
            )

    def _try_out(self) -> None:
        """See whether the database keeps what it is given."""
        try:
            self._check_disk()
            self._connection.try_out()
        except (SQLAlchemyError, AskproError, Exception) as error:  # noqa: BLE001 - the thread must live
            self._tally.failed(self._reason(error), 0, unavailable=True)
        else:
            self._tally.works()

    def _reason(self, error: Exception) -> str:
        """Return what went wrong, in words without values."""
        if isinstance(error, DBAPIError):
            return records_error(self._connection.engine, error, "keep events").message
        if isinstance(error, AskproError):
            return error.message
        return f"could not keep events: {type(error).__name__}"


def _is_of_the_database(error: Exception) -> bool:
    """Tell whether an error concerns every event alike, not one with values nobody can store."""
    if isinstance(error, DataError | IntegrityError):
        return False
    return isinstance(error, SQLAlchemyError | AskproError)
