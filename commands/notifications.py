"""``askpro notifications``: the mails about appointments, from the outbox to the mail server."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.base.row_keys import LARGEST_KEY
from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Send the mails about appointments, and look after the outbox.

A booking, a move and a cancellation each put a mail into the outbox; send hands them to the mail server named
by the settings mail.host and mail.from. Of the named company (--company), or of all where none is named.

Examples:
  askpro notifications send
  askpro notifications list --status failed --status unknown
  askpro notifications preview 17
"""
)

_SEND_HELP = """Send the mails that are due, a job for cron.

Each mail goes out once as far as can be known. What the server puts off is tried again later by itself; what
it refuses has failed; where its answer was lost the mail is unknown and not sent again by itself. A mail that
a newer one has replaced is skipped. Off a terminal it says nothing unless something is wrong.

Exit 0: all that was due is sent. 6: some failed or were put off. 5: of some the answer was lost, or the
server cannot be reached. 4: it does not accept mail.user. 2: the settings are wrong.

Examples:
  askpro notifications send
  askpro notifications send --limit 100
  askpro notifications send --dry-run
"""

_LIST_HELP = """List the outbox, the newest mail first.

The status is pending, sending, sent, unknown, failed or skipped. People are masked unless --reveal is given,
which is written to the run's log.

Examples:
  askpro notifications list --status failed --status unknown
  askpro notifications list --appointment 17 --json
"""

_RETRY_HELP = """Let mails that failed go out again with the next send.

A mail of which the answer was lost may have arrived: on a terminal it asks, elsewhere it needs --yes. Its
Message-ID stays the same, so that most mail programs show it once. A mail that waits for its next try need
then wait no longer.

Examples:
  askpro notifications retry 17
  askpro notifications retry 17 18 --yes
  askpro notifications retry --all-failed --dry-run
"""

_PREVIEW_HELP = """Show a mail as its customer will read it.

Who gets it is masked unless --reveal is given. A file saved with --save is the whole mail, unmasked.

Examples:
  askpro notifications preview 17
  askpro notifications preview 17 --ics
  askpro notifications preview 17 --save mail.eml
"""


Reveal = Annotated[bool, typer.Option("--reveal", help="Show names and addresses")]


@app.command("send", help=_SEND_HELP)
def send(
    ctx: typer.Context,
    *,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accepted; this asks nothing")] = False,
) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.records.mail_sending import send_mails

    del yes
    return send_mails(app_of(ctx), limit=limit, dry_run=dry_run)


@app.command("list", help=_LIST_HELP)
def list_(
    ctx: typer.Context,
    *,
    status: Annotated[
        list[str] | None, typer.Option("--status", help="Only in this state; may be repeated")
    ] = None,
    appointment: Annotated[
        int | None, typer.Option("--appointment", min=1, max=LARGEST_KEY, help="Only about this one: id")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many")] = 100,
    fail_if_none: Annotated[bool, typer.Option("--fail-if-none", help="Exit 7 when nothing matched")] = False,
    reveal: Reveal = False,
) -> Result:
    """Return the list."""
    from askpro_cli.shell.actions.records.notifications import list_mails

    return list_mails(
        app_of(ctx),
        statuses=status or [],
        appointment=appointment,
        limit=limit,
        reveal=reveal,
        fail_if_none=fail_if_none,
    )


@app.command("retry", help=_RETRY_HELP)
def retry(
    ctx: typer.Context,
    mails: Annotated[list[int] | None, typer.Argument(min=1, max=LARGEST_KEY, help="Their ids")] = None,
    *,
    all_failed: Annotated[bool, typer.Option("--all-failed", help="All that failed")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show which would go out")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Also those that may have arrived")] = False,
) -> Result:
    """Return which go out again."""
    from askpro_cli.shell.actions.records.notifications import retry_mails

    return retry_mails(app_of(ctx), mails or [], all_failed=all_failed, yes=yes, dry_run=dry_run)


@app.command("preview", help=_PREVIEW_HELP)
def preview(
    ctx: typer.Context,
    mail: Annotated[int, typer.Argument(min=1, max=LARGEST_KEY, help="Its id")],
    *,
    ics: Annotated[bool, typer.Option("--ics", help="The calendar file")] = False,
    html: Annotated[bool, typer.Option("--html", help="The HTML")] = False,
    save: Annotated[str | None, typer.Option("--save", help="Write the whole mail to this new file")] = None,
    reveal: Reveal = False,
) -> Result:
    """Return the mail."""
    from askpro_cli.shell.actions.records.mail_preview import preview_mail

    return preview_mail(app_of(ctx), mail, ics=ics, html=html, save=save, reveal=reveal)
