"""Replays as data, and what their exit code is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.shell.actions.inbox.events import counted

if TYPE_CHECKING:
    from askpro_cli.webhooks.replay.jobs import Item, Job
    from askpro_cli.webhooks.replay.planning import Preview


def job_view(job: Job) -> dict[str, Any]:
    """Return a replay as JSON, times in UTC."""
    from askpro_cli.webhooks.reading.views import iso_ms
    from askpro_cli.webhooks.replay.jobs import job_as_dict

    return job_as_dict(job) | {
        "created_at": iso_ms(job.created_at_ms),
        "started_at": iso_ms(job.started_at_ms),
        "finished_at": iso_ms(job.finished_at_ms),
        "lease_left_ms": job.lease_ms,
    }


def item_view(item: Item) -> dict[str, Any]:
    """Return what became of one event of a replay."""
    from askpro_cli.webhooks.reading.views import iso_ms

    return {
        "event_id": item.event_id,
        "state": item.state,
        "attempts": item.attempts,
        "http_status": item.http_status,
        "reason": item.reason,
        "new_event_id": item.new_event_id,
        "finished_at": iso_ms(item.finished_at_ms),
    }


def preview_view(seen: Preview) -> dict[str, Any]:
    """Return what a replay would do."""
    from askpro_cli.webhooks.reading.views import event_view, iso_ms

    return {
        "matching": seen.total,
        "skipped": seen.skipped,
        "by_state": seen.count_by("state"),
        "kinds": [
            {"source": kind.source, "type": kind.event_type, "state": kind.state, "events": kind.events}
            for kind in seen.kinds
        ],
        "oldest_at": iso_ms(seen.oldest_ms),
        "newest_at": iso_ms(seen.newest_ms),
        "sample": [event_view(row) for row in seen.sample],
    }


def preview_words(seen: Preview) -> list[str]:
    """Return count and sample for a person, before anything is done."""
    from askpro_cli.webhooks.reading.views import iso_ms

    words = counted(seen.total) + (" matches" if seen.total == 1 else " match")
    if not seen.total:
        return [words]
    skipped = f"; {seen.skipped} of them done or on their way: skipped" if seen.skipped else ""
    span = f", received {iso_ms(seen.oldest_ms)} to {iso_ms(seen.newest_ms)}"
    sample = [
        f"  {row.id}  {iso_ms(row.received_at_ms)}  {row.source}  {row.event_type}  {row.state}"
        f"  {row.reason or ''}".rstrip()
        for row in seen.sample
    ]
    return [words + span + skipped, *sample, *(["  …"] if seen.total > len(sample) else [])]


def progress_words(job: Job) -> str:
    """Return one line about how far a replay is."""
    counts = job.counts
    over = job.total - counts["waiting"] - counts["sending"]
    parts = [f"{counts[name]} {name}" for name in ("failed", "unknown", "skipped") if counts[name]]
    return f"replay {job.id} is {job.state}: {over} of {job.total}" + "".join(f", {part}" for part in parts)


def exit_code(job: Job, *, waited: bool = False) -> ExitCode | None:
    """Return 6 when some failed, 5 when the answer to some was lost, 8 when it was *waited* in vain."""
    counts: Mapping[str, int] = job.counts
    if counts["failed"]:
        return ExitCode.PARTIAL
    if counts["unknown"]:
        return ExitCode.UNKNOWN
    return ExitCode.PENDING if waited and not job.is_over else None
