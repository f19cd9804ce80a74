"""``askpro notifications send`` between the command line and the outbox: a job for cron, silent if well."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import AskproError, PendingError, RefusedError
from askpro_cli.base.exit_codes import ExitCode, combine
from askpro_cli.base.findings import Unknown
from askpro_cli.booking.notifications import mailbox
from askpro_cli.booking.notifications.sending import Done, PostOffice, Report, send_due
from askpro_cli.resilience.threads import hop
from askpro_cli.shell.actions.records.mail_settings import mail_server, sender_of
from askpro_cli.shell.actions.records.mail_tables import mail_view, mails_table
from askpro_cli.shell.actions.records.notifications import counted, outbox_meta, outbox_records
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

_COLUMNS = (
    Column("Id", align="right", style="bold", fit="keep"),
    Column("Status", fit="keep"),
    Column("Kind", fit="keep"),
    Column("Appointment", align="right", fit="keep"),
    Column("Reason"),
)
_WORDS = {
    "sent": "sent",
    "put_off": "put off by the server",
    "skipped": "out of date",
    "failed": "failed",
    "unknown": "unknown",
}


async def send_mails(app: App, *, limit: int | None, dry_run: bool) -> Result:
    """Send what is due and tell what became of it, or only show it.

    Raises:
        ConfigError: no mail server or sender is configured, or the server cannot do what is asked of it.
        AuthError: the server does not let us in.
        UnknownError: it cannot be reached; nothing was sent.
        NotFoundError, RecordsError: as of the records.
    """
    server = mail_server(app)
    records = await hop(lambda: outbox_records(app))
    if dry_run:
        return await hop(lambda: _planned(app, limit))
    office = PostOffice(records, server, partial(sender_of, app), app.clock, app.log)
    report = await send_due(office, limit=limit)
    if report.stopped is not None and not report.done:
        raise report.stopped
    return _answer(app, report)


def _planned(app: App, limit: int | None) -> Result:
    """Return what would be sent."""
    due = outbox_records(app, read_only=True).run_in_transaction(
        lambda session: mailbox.listed(session, mailbox.due_mails(session, limit)),
        context="look for mails that are due",
    )
    views = [mail_view(one) for one in due]
    return Result(
        data={"mails": views, "dry_run": True},
        table=mails_table(views),
        messages=[f"{counted(len(views))} would be sent"],
        meta=outbox_meta(app),
        records="mails",
    )


def _answer(app: App, report: Report) -> Result:
    views = [
        {
            "id": one.mail.id,
            "status": one.status,
            "kind": one.mail.kind,
            "appointment_id": one.mail.appointment_id,
            "message_id": one.mail.message_id,
            "reason": one.reason,
        }
        for one in report.done
    ]
    counts = report.counts()
    errors = _errors(report)
    talks = app.console.talks_to_a_person or app.options.verbose
    told = ", ".join(f"{counts[status]} {word}" for status, word in _WORDS.items() if counts[status])
    return Result(
        data={"counts": {status: counts[status] for status in _WORDS}, "mails": views, "dry_run": False},
        table=_table(views) if talks or app.options.output else None,
        messages=[told or "no mail is due"] if talks else [],
        errors=errors,
        unknown=_unknown(report),
        exit_code=_exit_code(report),
        meta=outbox_meta(app),
        records="mails",
    )


def _errors(report: Report) -> list[AskproError]:
    """Return the mails that did not go out, and why the run ended early."""
    told = [error for error in map(_error, report.done) if error is not None]
    return [*told, *([report.stopped] if report.stopped else [])]


def _error(one: Done) -> AskproError | None:
    """Return why a mail was refused or put off; None for every other."""
    subject = str(one.mail.id)
    if one.status == "failed":
        hint = "mend the cause, then askpro notifications retry --all-failed"
        return RefusedError(f"mail {subject} failed: {one.reason}", subject=subject, hint=hint)
    if one.status == "put_off":
        hint = "it is tried again by itself; askpro notifications list --status pending tells when"
        return PendingError(f"mail {subject} was put off: {one.reason}", subject=subject, hint=hint)
    return None


def _unknown(report: Report) -> list[Unknown]:
    return [
        Unknown(
            "mail",
            f"mail {one.mail.id}",
            one.reason or "",
            f"ask whether it arrived; askpro notifications retry {one.mail.id} --yes sends it again",
        )
        for one in report.done
        if one.status == "unknown"
    ]


def _exit_code(report: Report) -> ExitCode:
    """Return 6 for mails that failed or were put off, 5 for unknown ones, or why it stopped; else 0."""
    counts = report.counts()
    codes = [ExitCode.PARTIAL] if counts["failed"] or counts["put_off"] else []
    codes += [ExitCode.UNKNOWN] if counts["unknown"] else []
    codes += [report.stopped.exit_code] if report.stopped else []
    return combine(codes)


def _table(views: list[dict[str, Any]]) -> Table:
    rows = [
        [
            str(view["id"]),
            view["status"],
            view["kind"],
            str(view["appointment_id"]),
            view["reason"] or "",
        ]
        for view in views
    ]
    return Table(_COLUMNS, rows)
