"""Runs a command's answer to its end: awaits coroutines, and turns signals into a clean stop.

The first SIGINT or SIGTERM cancels the work, so that a booking in flight can say what it knows; the
second one does not wait for that.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

from askpro_cli.base.errors import AskproError
from askpro_cli.base.exit_codes import ExitCode

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task

    from askpro_cli.shell.context import App
    from askpro_cli.shell.output.result import Result

T = TypeVar("T")
_CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


class StoppedError(AskproError):
    """A signal ended the run; exit 130 or 143."""

    code = "stopped"


class InterruptedRun(KeyboardInterrupt):
    """A signal ended the run; *errors* is what the interrupted command still had to say.

    A KeyboardInterrupt, because asyncio lets only that and SystemExit through from a signal's callback.
    """

    def __init__(self, signal_number: int, errors: Sequence[AskproError] = ()) -> None:
        super().__init__(signal_number)
        name = signal.Signals(signal_number)
        self.exit_code = _CODES[name]
        self.errors = [*errors, StoppedError(f"stopped by {name.name}")]


def _raise(number: int, frame: FrameType | None) -> None:
    del frame
    raise InterruptedRun(number)


@contextmanager
def listening() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into :class:`InterruptedRun` while a synchronous command runs."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heeded = [number for number in _CODES if signal.getsignal(number) is not signal.SIG_IGN]  # nohup, &
    before = {number: signal.signal(number, _raise) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def finish(answer: Any, app: App, command: str | None) -> Result:
    """Return the Result of a command: at once, or after awaiting it."""
    from askpro_cli.shell.output.result import Result

    if isinstance(answer, Result):
        return answer
    if answer is None:
        return Result()
    if not hasattr(answer, "__await__"):
        message = f"a command returned {type(answer).__name__}, not a Result"
        raise TypeError(message)
    app.log.event("run.started", command=command)
    result: Result = wait_for(answer)
    return result


def wait_for(answer: Awaitable[T]) -> T:
    """Return what *answer* brings, in an event loop of its own; a signal cancels it.

    Raises:
        InterruptedRun: a signal came meanwhile.
    """
    import asyncio

    stop = _Stop()
    try:
        return asyncio.run(stop.guard(answer))
    except asyncio.CancelledError:
        raise InterruptedRun(stop.number or signal.SIGINT) from None
    except AskproError as error:
        if stop.number is not None:
            raise InterruptedRun(stop.number, [error]) from error
        raise


class _Stop:
    """Cancels the running task on the first signal and gives up waiting on the second."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._task: Task[Any] | None = None

    async def guard(self, answer: Awaitable[T]) -> T:
        import asyncio

        self._task = asyncio.current_task()
        if threading.current_thread() is threading.main_thread():
            self._listen(asyncio.get_running_loop())
        return await answer

    def _listen(self, loop: AbstractEventLoop) -> None:
        for number in _CODES:
            if signal.getsignal(number) is signal.SIG_IGN:
                continue
            loop.add_signal_handler(number, self._on_signal, number)

    def _on_signal(self, number: int) -> None:
        if self.number is not None or self._task is None:
            _hush_asyncio()
            raise InterruptedRun(number)
        self.number = number
        self._task.cancel()


def _hush_asyncio() -> None:
    """Keep asyncio from telling the operator about tasks that a second signal leaves behind."""
    import logging

    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
