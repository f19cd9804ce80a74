"""The workers of one process: they claim events, handle them, settle what became of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from sqlalchemy.orm import configure_mappers

from askpro_cli.base.clock import Clock, SystemClock
from askpro_cli.base.errors import AskproError
from askpro_cli.platform.records import Records
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.webhooks import handling
from askpro_cli.webhooks.wakeups import Wakeups
from askpro_cli.webhooks.worker.claims import worker_name
from askpro_cli.webhooks.worker.dispatching import Dispatcher
from askpro_cli.webhooks.worker.effects import EffectRunners
from askpro_cli.webhooks.worker.heartbeat import Heartbeat
from askpro_cli.webhooks.worker.holding import Holding
from askpro_cli.webhooks.worker.options import WorkerOptions, WorkerStats
from askpro_cli.webhooks.worker.processing import Processor
from askpro_cli.webhooks.worker.tally import Tally


class Chore(Protocol):
    """Other work of a worker process, done beside its events in a thread of its own (replays)."""

    name: str

    def do_some(self, stopping: Callable[[], bool]) -> bool:
        """Do what is due; True when there is more to do at once, False to be asked again after the poll.

        Args:
            stopping: tells whether the process wants to end; a long piece of work asks now and then.

        Raises:
            AskproError: it is logged, and the chore asked again after the poll.
        """
        ...


class WorkerPool:
    """Threads that handle events until they are stopped. One a process.

    Args:
        records: of the platform, no company chosen. Its engine's statement timeout bounds one statement of a
            handler (:func:`~askpro_cli.platform.engine.open_engine`), *options* bound all of them together.
        options: the settings.
        tools: handed through to after-commit effects (:class:`~askpro_cli.webhooks.handling.EffectRunner`).
        wakeups: tell when there is work; started and closed by whoever made them.
        log: told what fails, never a body or a person.
        chores: other work of this process.
        clock: dates attempts.
    """

    def __init__(
        self,
        records: Records,
        options: WorkerOptions,
        tools: Any,
        wakeups: Wakeups,
        log: EventLog,
        *,
        chores: Sequence[Chore] = (),
        clock: Clock | None = None,
    ) -> None:
        self._options = options
        self._log = log
        clock = clock or SystemClock()
        self._tally = Tally(clock)
        self._holding = Holding()
        processor = Processor(records, options, worker=worker_name(), clock=clock, tally=self._tally, log=log)
        self._effects = EffectRunners(records.engine, options, tools, tally=self._tally, log=log)
        self._heartbeat = Heartbeat(processor, self._holding, options, log)
        self._dispatcher = Dispatcher(
            processor,
            options,
            wakeups,
            holding=self._holding,
            effects=self._effects,
            tally=self._tally,
            clock=clock,
            log=log,
        )
        self._stopping = threading.Event()
        self._chores = [
            threading.Thread(target=self._run_chore, args=(chore,), name=f"askpro-{chore.name}", daemon=True)
            for chore in chores
        ]
        self._running = False

    def start(self) -> None:
        """Start the threads; a database that is gone is told by :meth:`stats` and tried again."""
        _warm_up()
        self._running = True
        for thread in self._threads():
            thread.start()

    def stop(self, seconds: float) -> bool:
        """Claim nothing more, let what is under way finish, give back what was not begun; blocks.

        Args:
            seconds: longest wait; what is not finished then comes back by itself when its lease is over.

        Returns:
            Whether everything ended in time.
        """
        if not self._running:
            return True
        until = time.monotonic() + seconds
        self._stopping.set()
        ended = self._dispatcher.stop(until)
        self._effects.stop()
        self._heartbeat.stop()
        for thread in self._threads():
            thread.join(max(0.0, until - time.monotonic()))
        self._running = False
        return ended and not any(thread.is_alive() for thread in self._threads())

    def stats(self) -> WorkerStats:
        """Return what was done so far."""
        return self._tally.stats(
            running=self._running, in_flight=len(self._holding), overdue=self._heartbeat.severed
        )

    def _threads(self) -> list[threading.Thread]:
        return [
            self._dispatcher.thread,
            self._effects.thread,
            self._heartbeat.thread,
            *self._chores,
        ]

    def _run_chore(self, chore: Chore) -> None:
        told: str | None = None
        while not self._stopping.is_set():
            more = False
            try:
                more = chore.do_some(self._stopping.is_set)
                told = None
            except Exception as error:  # noqa: BLE001 - a chore that fails is asked again, the pool goes on
                reason = error.message if isinstance(error, AskproError) else type(error).__name__
                if reason != told:  # once, not each second while the database is away
                    self._log.event("worker.chore_failed", level="error", chore=chore.name, reason=reason)
                told = reason
            if not more:
                self._stopping.wait(self._options.poll)


def _warm_up() -> None:
    """Load handlers and models before a transaction waits for them; a fault shows with an event."""
    with suppress(Exception):
        handling.load_all()
        configure_mappers()
