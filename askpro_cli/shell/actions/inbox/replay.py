"""``askpro webhooks replay start|status|pause|resume|cancel`` between the command line and the jobs."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import InvalidValueError, UsageError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.shell.actions.inbox import event_tables as tables
from askpro_cli.shell.actions.inbox import replay_views as views
from askpro_cli.shell.actions.inbox.events import counted
from askpro_cli.shell.actions.records.opened import platform_records
from askpro_cli.shell.output.result import Result
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.replay import states
from askpro_cli.webhooks.replay.options import ReplayOptions, check_options, shown_url

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from askpro_cli.shell.context import App
    from askpro_cli.webhooks.replay.jobs import Job
    from askpro_cli.webhooks.replay.planning import Preview

_NOTHING_DONE = "nothing was done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Who runs a replay, and whether it is waited for.

    Args:
        here: this process, until it is over.
        wait: seconds to wait for workers to run it; None: not at all.
    """

    here: bool = False
    wait: float | None = None


def check_wish(criteria: Criteria, options: ReplayOptions, running: Running) -> None:
    """Refuse what cannot be, before anything is opened.

    Raises:
        UsageError: no filter, or options that contradict each other.
        InvalidValueError: a number out of bounds, or no web address.
    """
    check_options(options)
    if criteria.is_empty:
        raise UsageError(
            "say which events: ids, or a filter such as --since 2h",
            hint="askpro webhooks replay --state dead --dry-run",
        )
    if running.here and running.wait is not None:
        raise UsageError("--here runs it to its end; it excludes --wait", subject="--wait")


def preview_replay(app: App, criteria: Criteria, options: ReplayOptions) -> Preview:
    """Return what a replay would do; nothing is written.

    Raises:
        NotFoundError: an event that was named is not there.
        ConfigError, RecordsError: the database cannot be used.
    """
    from askpro_cli.webhooks.reading.listing import require_events
    from askpro_cli.webhooks.replay.planning import preview

    def look(session: Session) -> Preview:
        require_events(session, criteria.ids)
        return preview(session, criteria, options)

    return platform_records(app, read_only=True).run_in_transaction(
        look, context="look at what a replay would do"
    )


def show_preview(seen: Preview, *, fail_if_none: bool) -> Result:
    """Return the preview as the answer of --dry-run."""
    data = views.preview_view(seen) | {"dry_run": True, "replay": None}
    return Result(
        data=data,
        table=tables.kinds_table(data["kinds"]),
        messages=[*views.preview_words(seen), _NOTHING_DONE + ("; --yes replays them" if seen.total else "")],
        exit_code=ExitCode.NOTHING_MATCHED if fail_if_none and not seen.total else None,
    )


def start_replay(
    app: App, seen: Preview, options: ReplayOptions, running: Running, *, yes: bool, fail_if_none: bool
) -> Result:
    """Write a replay down after a yes, and run or wait for it as wished.

    Raises:
        ConfirmationError, RefusedError: nobody said yes.
        ConfigError, RecordsError: the database cannot be used.
    """
    from askpro_cli.webhooks.replay.filling import create_job

    if not seen.total:
        return show_preview(seen, fail_if_none=fail_if_none)
    app.follow_options()
    for line in views.preview_words(seen):
        app.console.note(line)
    where = f" to {shown_url(options.to)}" if options.to else ""
    app.confirm(f"replay {counted(seen.total)}{where}", yes=yes)
    job = create_job(
        platform_records(app), seen.criteria, options, requested_by=_who(), correlation_id=app.run_id
    )
    app.console.note(f"replay {job.id}: {counted(job.total)}; askpro webhooks replay status {job.id}")
    return _carried_on(app, job, running)


def show_jobs(app: App, wanted: Sequence[str], limit: int) -> Result:
    """Return the replays, the newest first.

    Raises:
        ConfigError, RecordsError: the database cannot be used.
    """
    from askpro_cli.webhooks.replay.jobs import list_jobs

    _check(wanted, states.JOB_STATES)
    found = platform_records(app, read_only=True).run_in_transaction(
        lambda session: list_jobs(session, limit=limit, wanted=wanted), context="list replays"
    )
    data = [views.job_view(job) for job in found]
    return Result(data={"replays": data}, table=tables.jobs_table(data), records="replays")


def show_job(app: App, job_id: int, wanted: Sequence[str], limit: int) -> Result:
    """Return one replay with what became of its events; exit 6 when some failed, 5 when some are unknown.

    Raises:
        NotFoundError: there is none of this id.
        InvalidValueError: a state no item has.
        ConfigError, RecordsError: the database cannot be used.
    """
    from askpro_cli.webhooks.replay.jobs import get_job, list_items

    _check(wanted, states.ITEM_STATES)

    def read(session: Session) -> tuple[Job, list[Any]]:
        return get_job(session, job_id), list_items(session, job_id, limit=limit + 1, wanted=wanted)

    job, items = platform_records(app, read_only=True).run_in_transaction(read, context="look at a replay")
    told = _told(job, items[:limit])
    if len(items) > limit:
        told.messages.insert(0, f"the first {counted(limit)}; there are more (--limit)")
    return told


def change_job(app: App, change: Callable[[Session], Job], what: str) -> Result:
    """Pause or cancel a replay and return it.

    Raises:
        NotFoundError, RefusedError: there is none, or it is over.
        ConfigError, RecordsError: the database cannot be used.
    """
    job = platform_records(app).run_in_transaction(change, context=what)
    data = views.job_view(job)
    return Result(
        data={"replay": data}, table=tables.jobs_table([data]), messages=[views.progress_words(job)]
    )


def resume(app: App, job_id: int, again: Sequence[str], running: Running, *, yes: bool) -> Result:
    """Let a replay go on; events that may have arrived are sent again only after a yes.

    Raises:
        ConfirmationError, RefusedError: nobody said yes, or it is over.
        NotFoundError: there is none of this id.
        ConfigError, RecordsError: the database cannot be used.
    """
    from askpro_cli.webhooks.replay.changing import resume_job

    if running.here and running.wait is not None:
        raise UsageError("--here runs it to its end; it excludes --wait", subject="--wait")
    if states.UNKNOWN in again:
        app.confirm(f"send again what may have arrived, of replay {job_id}", yes=yes)
    job = platform_records(app).run_in_transaction(
        lambda session: resume_job(session, job_id, again=again), context="resume a replay"
    )
    return _carried_on(app, job, running)


def _carried_on(app: App, job: Job, running: Running) -> Result:
    """Run or wait for a replay as wished, and return how it is then."""
    if not running.here and running.wait is None:
        data = views.job_view(job)
        words = f"{views.progress_words(job)}; workers run it: askpro webhooks replay status {job.id}"
        return Result(data={"replay": data}, table=tables.jobs_table([data]), messages=[words])
    from askpro_cli.shell.actions.inbox.replay_running import run_here, wait_for_job

    records = platform_records(app)
    if running.here:
        return _told(run_here(app, records, job.id), [])
    return _told(wait_for_job(app, records, job.id, running.wait or 0.0), [], waited=True)


def _told(job: Job, items: Sequence[Any], *, waited: bool = False) -> Result:
    data, found = views.job_view(job), [views.item_view(item) for item in items]
    return Result(
        data={"replay": data, "items": found},
        table=tables.items_table(found) if found else tables.jobs_table([data]),
        messages=[views.progress_words(job), *_next_steps(job, told=bool(items))],
        exit_code=views.exit_code(job, waited=waited),
        records="items",
    )


def _next_steps(job: Job, *, told: bool) -> list[str]:
    """Return what an operator may do now; *told*: the reasons stand in the answer already."""
    command = f"askpro webhooks replay resume {job.id}"
    steps = []
    if job.counts["failed"] and not told:
        steps.append(f"why: askpro webhooks replay status {job.id} --state failed")
    if job.counts["failed"] and job.is_over:
        steps.append(f"those that failed: {command} --failed")
    if job.counts["unknown"]:
        steps.append(f"those whose answer was lost, where sending twice does no harm: {command} --unknown")
    if job.state == states.PAUSED:
        steps.append(f"it is paused{f' ({job.reason})' if job.reason else ''}: {command}")
    return steps


def _check(wanted: Sequence[str], known: Sequence[str]) -> None:
    for word in wanted:
        if word not in known:
            message = f"--state: {word!r} is none of {', '.join(known)}"
            raise InvalidValueError(message, subject="--state")


def _who() -> str:
    """Return who asks: user and host."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
