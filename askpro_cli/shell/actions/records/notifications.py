"""``askpro notifications list|retry|preview`` between the command line and the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import InvalidValueError, UsageError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.booking.notifications import mailbox
from askpro_cli.shell.actions.records.mail_tables import mail_view, mails_table
from askpro_cli.shell.actions.records.opened import named_if_none, platform_records
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.platform.records import Records
    from askpro_cli.shell.context import App


def outbox_records(app: App, *, read_only: bool = False) -> Records:
    """Return the records of the named company, or of all where none is named.

    Raises:
        NotFoundError: the records know no such company.
        ConfigError, RecordsError: the database cannot be used.
    """
    records = platform_records(app, read_only=read_only)
    if app.settings.optional("company") is not None:
        return records.for_company(app.company.slug)
    return records.platform_wide("the mails of all companies")


def list_mails(
    app: App,
    *,
    statuses: Sequence[str],
    appointment: int | None,
    limit: int,
    reveal: bool,
    fail_if_none: bool,
) -> Result:
    """Return the outbox, the newest first.

    Raises:
        InvalidValueError: a status nobody knows.
        NotFoundError, ConfigError, RecordsError: as :func:`outbox_records`.
    """
    for status in statuses:
        if status not in mailbox.STATUSES:
            message = f"--status: {status!r} is none of {', '.join(mailbox.STATUSES)}"
            raise InvalidValueError(message, subject="--status")
    found = outbox_records(app, read_only=True).run_in_transaction(
        lambda session: mailbox.listed(
            session,
            mailbox.list_mails(session, statuses=statuses, appointment=appointment, limit=limit + 1),
        ),
        context="list mails",
    )
    views = [mail_view(one, reveal=reveal) for one in found[:limit]]
    if reveal:
        app.log.event("personal_data_revealed", mails=[view["id"] for view in views])
    more = len(found) > limit
    return Result(
        data={"mails": views, "total": None if more else len(views)},
        table=mails_table(views),
        messages=[
            f"the last {counted(len(views))}; there are more"
            if more
            else named_if_none(app, counted(len(views)), number=len(views))
        ],
        exit_code=ExitCode.NOTHING_MATCHED if fail_if_none and not views else None,
        meta=outbox_meta(app),
        records="mails",
    )


def retry_mails(app: App, keys: Sequence[int], *, all_failed: bool, yes: bool, dry_run: bool) -> Result:
    """Let mails go out with the next run; one that may have arrived already only with a yes.

    Raises:
        UsageError: neither ids nor --all-failed, or both.
        NotFoundError, RefusedError: an id nobody has, or a mail that is not sent again.
        ConfirmationError: one may have arrived, and nobody said yes.
    """
    if bool(keys) == all_failed:
        raise UsageError("name mails by their ids, or say --all-failed", hint="askpro notifications list")
    records = outbox_records(app)
    wanted = records.run_in_transaction(
        lambda session: mailbox.listed(session, mailbox.mails_to_retry(session, keys)),
        context="look at mails to send again",
    )
    doubtful = [str(one.mail.id) for one in wanted if one.mail.status == "unknown"]
    if doubtful and not dry_run:
        app.confirm(f"send again what may have arrived already: mail {', '.join(doubtful)}", yes=yes)
    found = [one.mail.id for one in wanted]
    if wanted and not dry_run:
        wanted = records.run_in_transaction(
            lambda session: mailbox.listed(session, mailbox.retry_mails(session, found)),
            context="let mails go out again",
        )
    views = [mail_view(one) for one in wanted]
    verb = "would go" if dry_run else "goes" if len(views) == 1 else "go"
    return Result(
        data={"mails": views, "dry_run": dry_run},
        table=mails_table(views),
        messages=[f"{counted(len(views))} {verb} out with the next askpro notifications send"],
        meta=outbox_meta(app),
        records="mails",
    )


def counted(number: int) -> str:
    """Return ``1 mail``, ``3 mails``."""
    return "1 mail" if number == 1 else f"{number} mails"


def outbox_meta(app: App) -> dict[str, Any]:
    """Return the meta of an answer about the outbox: whose it is, None for all companies'."""
    return {"company": app.settings.optional("company")}
