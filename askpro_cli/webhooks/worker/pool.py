"""The workers of one process: they claim events, handle them, settle what became of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from askpro_cli.base.clock import Clock
from askpro_cli.platform.records import Records
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.webhooks.wakeups import Wakeups
from askpro_cli.webhooks.worker.options import WorkerOptions, WorkerStats


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
        raise NotImplementedError

    def start(self) -> None:
        """Start the threads; a database that is gone is told by :meth:`stats` and tried again."""
        raise NotImplementedError

    def stop(self, seconds: float) -> bool:
        """Claim nothing more, let what is under way finish, give back what was not begun; blocks.

        Args:
            seconds: longest wait; what is not finished then comes back by itself when its lease is over.

        Returns:
            Whether everything ended in time.
        """
        raise NotImplementedError

    def stats(self) -> WorkerStats:
        """Return what was done so far."""
        raise NotImplementedError
