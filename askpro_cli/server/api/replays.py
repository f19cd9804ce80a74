"""``/api/v1/replays``: started, followed, paused, resumed, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from askpro_cli.base.errors import UsageError
from askpro_cli.server.api import wishes
from askpro_cli.server.api.call import Call
from askpro_cli.server.api.paging import PARAMETERS, page_of, paged
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.reading.views import event_view, iso_ms
from askpro_cli.webhooks.replay import states
from askpro_cli.webhooks.replay.changing import cancel_job, pause_job, resume_job
from askpro_cli.webhooks.replay.filling import create_job
from askpro_cli.webhooks.replay.jobs import Item, Job, get_job, job_as_dict, list_items, list_jobs
from askpro_cli.webhooks.replay.options import ReplayOptions
from askpro_cli.webhooks.replay.planning import Preview, preview

_ACCEPTED = 202


def event_replay(call: Call) -> Response:
    """Replay one event; 202 with the replay, which workers run.

    Raises:
        NotFoundError: there is no such event.
        UsageError: the body cannot be.
        RecordsError: the database cannot be asked.
    """
    call.accept()
    how = wishes.read_as(wishes.HandledHow, call.body)
    options = ReplayOptions(bypass_dedup=how.bypass_dedup)
    return _started(call, Criteria(ids=(call.key(),)), options)


def replay_start(call: Call) -> Response:
    """Start a replay (202), or say what it would be (200, ``dry_run``).

    Raises:
        NotFoundError: an id that no event has.
        UsageError: the body cannot be, or names no events.
        RecordsError: the database cannot be asked.
    """
    call.accept()
    wish = wishes.read_as(wishes.WantedReplay, call.body)
    criteria = wishes.criteria_of(wish.events, call.daemon.clock)
    if criteria.is_empty:
        raise UsageError("say which events: a filter that is empty would mean all of them", subject="events")
    if not wish.dry_run:
        return _started(call, criteria, wish.options())
    found = call.daemon.records.run_in_transaction(
        lambda session: preview(session, criteria, wish.options()), context="look at what a replay would be"
    )
    return call.answer(_preview_view(found))


def replays(call: Call) -> Response:
    """Answer a page of replays, the newest first.

    Raises:
        UsageError: a parameter that cannot be.
        RecordsError: the database cannot be asked.
    """
    call.accept(*PARAMETERS, "state", several=("state",))
    page = page_of(call)
    wanted = wishes.checked_words(call.query.getlist("state"), states.JOB_STATES, "state")
    found = call.daemon.records.run_in_transaction(
        lambda session: list_jobs(session, limit=page.limit + 1, before_id=page.cursor, wanted=wanted),
        context="list replays",
    )
    return call.answer(paged("replays", found, page, _view, lambda job: job.id))


def replay(call: Call) -> Response:
    """Answer how far a replay is.

    Raises:
        NotFoundError: there is none.
        RecordsError: the database cannot be asked.
    """
    call.accept()
    return _one(call, get_job, "look at a replay")


def replay_items(call: Call) -> Response:
    """Answer a page of a replay's events, in the order they are taken.

    Raises:
        NotFoundError: there is no such replay.
        UsageError: a parameter that cannot be.
        RecordsError: the database cannot be asked.
    """
    call.accept(*PARAMETERS, "state", several=("state",))
    page, key = page_of(call), call.key()
    wanted = wishes.checked_words(call.query.getlist("state"), states.ITEM_STATES, "state")

    def read(session: Session) -> list[Item]:
        get_job(session, key)
        return list_items(session, key, limit=page.limit + 1, after_id=page.cursor or 0, wanted=wanted)

    found = call.daemon.records.run_in_transaction(read, context="list the events of a replay")
    return call.answer(paged("items", found, page, _item_view, lambda item: item.id))


def replay_pause(call: Call) -> Response:
    """Let a replay stand; twice is once.

    Raises:
        NotFoundError, RefusedError: there is none, or it is over.
        RecordsError: the database cannot be asked.
    """
    call.accept()
    return _one(call, pause_job, "pause a replay")


def replay_resume(call: Call) -> Response:
    """Let a paused replay go on.

    Raises:
        NotFoundError, RefusedError: there is none, or it is over.
        RecordsError: the database cannot be asked.
    """
    call.accept()
    return _one(call, resume_job, "resume a replay")


def replay_cancel(call: Call) -> Response:
    """End a replay; twice is once.

    Raises:
        NotFoundError, RefusedError: there is none, or it is done.
        RecordsError: the database cannot be asked.
    """
    call.accept()
    return _one(call, cancel_job, "cancel a replay")


def _one(call: Call, work: Callable[[Session, int], Job], context: str) -> Response:
    key = call.key()
    job = call.daemon.records.run_in_transaction(lambda session: work(session, key), context=context)
    return call.answer(_view(job))


def _started(call: Call, criteria: Criteria, options: ReplayOptions) -> Response:
    name = "" if call.token is None else call.token.name
    job = create_job(
        call.daemon.records,
        criteria,
        options,
        requested_by=f"token {name}",
        correlation_id=call.correlation_id,
    )
    return call.answer(_view(job), status=_ACCEPTED, headers={"Location": f"/api/v1/replays/{job.id}"})


def _view(job: Job) -> dict[str, Any]:
    return job_as_dict(job) | {
        "created_at": iso_ms(job.created_at_ms),
        "started_at": iso_ms(job.started_at_ms),
        "finished_at": iso_ms(job.finished_at_ms),
    }


def _item_view(item: Item) -> dict[str, Any]:
    view = item._asdict()
    return view | {"finished_at": iso_ms(view.pop("finished_at_ms"))}


def _preview_view(found: Preview) -> dict[str, Any]:
    return {
        "dry_run": True,
        "total": found.total,
        "skipped": found.skipped,
        "oldest": iso_ms(found.oldest_ms),
        "newest": iso_ms(found.newest_ms),
        "by_source": found.count_by("source"),
        "by_type": found.count_by("event_type"),
        "by_state": found.count_by("state"),
        "sample": [event_view(row) for row in found.sample],
    }
