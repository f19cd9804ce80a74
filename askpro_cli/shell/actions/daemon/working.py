"""``askpro worker``: handles events until it is told to end."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from askpro_cli.shell.context import App


def work(app: App) -> None:
    """Handle events until a signal ends it; what is under way then may finish within ``server.drain``.

    A database that is gone, or not upgraded yet, is waited for: the log tells.

    Raises:
        ConfigError: a setting cannot be, or the database's URL is malformed.
    """
    from askpro_cli.server.log import DaemonLog
    from askpro_cli.shell.actions.daemon.building import make_pool, open_stores

    log = DaemonLog(
        app.console.streams.stderr or sys.stderr, app.settings.text("server.log_level"), pid=os.getpid()
    )
    with _told_to_end() as ending, open_stores(app, log) as stores:
        pool = make_pool(app, stores, log)
        pool.start()
        _tell_ready(app, stores.records.engine.url)
        ending.wait()
        log.event("worker.ending")
        ended = pool.stop(app.settings.number("server.drain"))
        stats = pool.stats()
        log.event("worker.ended", in_time=ended, outcomes=stats.outcomes, effects=stats.effects)


@contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """Return an event that SIGTERM and Ctrl-C set; the second one ends the process at once."""
    ending = threading.Event()
    before: dict[int, Any] = {}

    def end(number: int, _frame: Any) -> None:
        ending.set()
        signal.signal(number, before[number])

    for number in (signal.SIGTERM, signal.SIGINT):
        before[number] = signal.signal(number, end)
    try:
        yield ending
    finally:
        for signalled, handler in before.items():
            signal.signal(signalled, handler)


def _tell_ready(app: App, url: Any) -> None:
    """Print the one ready line, or the ready envelope."""
    from askpro_cli.platform import dialects
    from askpro_cli.shell.output.envelope import Outcome
    from askpro_cli.shell.output.render import render
    from askpro_cli.shell.output.result import Result

    where = dialects.shown(url)
    result = Result(
        data={"database": where, "pid": os.getpid()}, text=f"askpro handles the events in {where}"
    )
    render(Outcome("worker", result), app.console, app.options.format, {"run_id": app.run_id})
