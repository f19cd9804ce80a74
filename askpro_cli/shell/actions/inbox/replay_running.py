"""A replay in the foreground (``--here``), or waited for (``--wait``)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from askpro_cli.base.errors import RefusedError
from askpro_cli.shell.actions.daemon.building import make_pool, open_stores, replay_tools
from askpro_cli.shell.actions.inbox.replay_views import progress_words
from askpro_cli.webhooks.replay.changing import pause_job
from askpro_cli.webhooks.replay.jobs import Job, get_job
from askpro_cli.webhooks.replay.running import ReplayTools, run_next

if TYPE_CHECKING:
    from askpro_cli.platform.records import Records
    from askpro_cli.shell.context import App

_LOOK_SECONDS = 0.2
_TELL_SECONDS = 2.0
_STOP_SECONDS = 10.0


def run_here(app: App, records: Records, job_id: int) -> Job:
    """Run a replay in this process until it is over, and return it; a signal pauses it.

    Without ``--to`` events are handled here, too: workers of other processes are welcome and not needed.
    Where another run has the job, or one died, it is waited for its end or its lease.

    Raises:
        InterruptedRun: a signal came; the replay is paused.
        ConfigError, RecordsError: the database cannot be used.
    """
    job = read_job(records, job_id)
    with _tools(app, handling=job.options.to is None) as tools:
        runner = _Runner(tools, job_id)
        runner.start()
        try:
            return _watch(app, records, job_id, runner)
        except KeyboardInterrupt:
            runner.stop()
            _pause(app, records, job_id)
            raise
        finally:
            runner.stop()


def wait_for_job(app: App, records: Records, job_id: int, seconds: float) -> Job:
    """Return a replay once it is over, or as it is after *seconds*."""
    return _watch(app, records, job_id, None, until=time.monotonic() + seconds)


def read_job(records: Records, job_id: int) -> Job:
    """Return a replay as it is now.

    Raises:
        NotFoundError: there is none.
    """
    return records.run_in_transaction(lambda session: get_job(session, job_id), context="look at a replay")


class _Runner:
    """A thread that runs one replay, again and again until it is told to stop."""

    def __init__(self, tools: ReplayTools, job_id: int) -> None:
        self._tools = tools
        self._job_id = job_id
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="askpro-replay", daemon=True)
        self.error: Exception | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(_STOP_SECONDS)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                run_next(self._tools, self._stopping.is_set, job_id=self._job_id)
            except Exception as error:  # noqa: BLE001 - who waits for this thread raises it
                self.error = error
                return
            self._stopping.wait(_LOOK_SECONDS)


@contextmanager
def _tools(app: App, *, handling: bool) -> Iterator[ReplayTools]:
    """Return what a run needs; where events are handled here, with workers of this process."""
    with open_stores(app, app.log) as stores:
        pool = make_pool(app, stores, app.log, replays=False) if handling else None
        if pool is not None:
            pool.start()
        try:
            yield replay_tools(app, stores, app.log)
        finally:
            if pool is not None:
                pool.stop(_STOP_SECONDS)


def _watch(
    app: App, records: Records, job_id: int, runner: _Runner | None, *, until: float | None = None
) -> Job:
    """Look at a replay until it is over, paused, its runner failed, or the time is; tell how far it is."""
    rest = threading.Event()
    told = time.monotonic()
    while True:
        job = read_job(records, job_id)
        settled = job.is_over and job.held_by is None
        if settled or (job.state == "paused" and job.held_by is None):
            return job
        if runner is not None and runner.error is not None:
            raise runner.error
        if until is not None and time.monotonic() >= until:
            return job
        if time.monotonic() - told >= _TELL_SECONDS and app.console.talks_to_a_person:
            told = time.monotonic()
            app.console.note(progress_words(job))
        rest.wait(_LOOK_SECONDS)


def _pause(app: App, records: Records, job_id: int) -> None:
    """Let a replay that was stopped by hand stand, unless it is over."""
    try:
        records.run_in_transaction(
            lambda session: pause_job(session, job_id, reason="the run in the foreground was stopped"),
            context="pause a replay",
        )
    except RefusedError:
        return
    app.console.hint(f"replay {job_id} is paused: askpro webhooks replay resume {job_id} --here")
