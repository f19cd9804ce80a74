"""What the settings say to daemon, inbox and workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from askpro_cli.server.options import Limits
    from askpro_cli.shell.settings.loading import Settings
    from askpro_cli.webhooks.inbox.options import InboxOptions
    from askpro_cli.webhooks.worker.options import WorkerOptions


def limits(settings: Settings) -> Limits:
    """Return how much of whom is taken in."""
    from askpro_cli.server.options import Limits

    return Limits(
        max_body_bytes=settings.integer("intake.max_body_bytes"),
        max_header_bytes=settings.integer("intake.max_header_bytes"),
        head_timeout=settings.number("intake.head_timeout"),
        body_timeout=settings.number("intake.body_timeout"),
        concurrency=settings.integer("intake.concurrency"),
        max_buffered_bytes=settings.integer("intake.buffer_bytes"),
        tolerance=settings.number("intake.tolerance"),
    )


def proxies(settings: Settings) -> tuple[str, ...]:
    """Return whose ``X-Forwarded-For`` is believed."""
    told = settings.optional("server.proxies") or ""
    return tuple(name for part in told.split(",") if (name := part.strip()))


def inbox_options(settings: Settings) -> InboxOptions:
    """Return what the inbox is told."""
    from askpro_cli.webhooks.inbox.options import InboxOptions

    return InboxOptions(
        queue=settings.integer("intake.queue"),
        commit_timeout=settings.number("intake.commit_timeout"),
        min_free_bytes=settings.integer("intake.min_free_bytes"),
        rejected_keep=settings.integer("intake.rejected_keep"),
    )


def worker_options(settings: Settings) -> WorkerOptions:
    """Return what workers are told.

    Raises:
        ConfigError: a handler may take longer than its lease.
    """
    from askpro_cli.webhooks.worker.options import WorkerOptions

    return WorkerOptions(
        concurrency=settings.integer("worker.concurrency"),
        batch=settings.integer("worker.batch"),
        lease=settings.number("worker.lease"),
        handler_timeout=settings.number("worker.handler_timeout"),
        attempts=settings.integer("worker.attempts"),
        base_delay=settings.number("worker.base_delay"),
        max_delay=settings.number("worker.max_delay"),
        poll=settings.number("worker.poll"),
    )
