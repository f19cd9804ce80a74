"""A part of ``askpro webhooks``: what senders send, tried without a daemon."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""What senders send, tried without a daemon.

Examples:
  askpro webhooks lint event.json
"""
)

_VERIFY_HELP = """Tell whether a signature is right, decided as the vendor's own SDK does.

FILE holds the raw body, - is stdin. The secret comes from the variable --secret-env names (several with
commas), else from the settings. Standard Webhooks also need the headers webhook-id and webhook-timestamp.
--at judges an old request at its own time: ISO 8601, or seconds or milliseconds since 1970.

Exit 0: it is right. 1: it is not; which wrong scheme would have made it is told, where one would: JSON
written again, another key, seconds for milliseconds, another vendor's layout, a wrong clock.

Examples:
  askpro webhooks verify body.json --provider retell --signature "v=1795396920123,d=…" --secret-env RETELL_KEY
  askpro webhooks verify body.json --provider stripe --signature "t=…,v1=…" --at 2026-11-23T09:22:00Z
  askpro webhooks verify body.json --provider acme --header "webhook-id: msg_1" --header "…"
"""

_KEY_HELP = """Show the key by which an event is known, and where it was read.

An event with the same key is the same event: it is acknowledged and counted, not kept again. Whose event it
is shows in the body; --provider says it where it does not.

Examples:
  askpro webhooks key event.json
  askpro webhooks key body.json --provider standard --header "webhook-id: msg_1"
"""

_LINT_HELP = """Tell what is odd about an event: its JSON, its kind, missing fields, a weak key.

Exit 1 when something is; askpro explain CODE tells more.

Examples:
  askpro webhooks lint event.json
  askpro webhooks lint - --provider calcom < event.json
"""

_SEND_HELP = """Send an event as its vendor does: a file as it is, or a sample of a type.

A sample has new ids and times each time, unless --id names them; its people are invented. --set changes
values by their path. It is signed with the first secret of the settings, or of --secret-env, as the vendor it
belongs to or as --sign-as says. An address without a path means askpro's own route. To another machine it
asks first; off a terminal it needs --yes: a real receiver believes what it gets.

Exit 0: taken. 1: refused (4xx, 5xx). 5: no answer.

Examples:
  askpro webhooks send BOOKING_CREATED --to http://127.0.0.1:8080
  askpro webhooks send call_ended --to http://127.0.0.1:8080 --set call.to_number=+493023125014 --duplicate
  askpro webhooks send event.json --to http://127.0.0.1:8080/webhooks/acme --sign-as acme
  askpro webhooks send invoice.paid --to http://127.0.0.1:8080 --dry-run
"""

File = Annotated[str, typer.Argument(help="File with the raw body; - is stdin")]
Headers = Annotated[list[str] | None, typer.Option("--header", help="'Name: value'; may be repeated")]
Provider = Annotated[
    str | None, typer.Option("--provider", help="calcom, retell, stripe, standard or a configured sender")
]
SecretEnv = Annotated[
    str | None, typer.Option("--secret-env", help="Variable with the secret; else the settings'")
]
At = Annotated[str | None, typer.Option("--at", help="Time it is judged at; now if not given")]


@app.command("verify", help=_VERIFY_HELP)
def verify(
    ctx: typer.Context,
    file: File,
    *,
    provider: Annotated[
        str, typer.Option("--provider", help="calcom, retell, stripe, standard or a configured sender")
    ],
    signature: Annotated[
        str | None, typer.Option("--signature", help="Value of the header with the signature")
    ] = None,
    header: Headers = None,
    secret_env: SecretEnv = None,
    at: At = None,
) -> Result:
    """Return the decision."""
    from askpro_cli.shell.actions.inbox.verifying import verify_file

    return verify_file(
        app_of(ctx),
        file,
        provider=provider,
        signature=signature,
        headers=header or [],
        secret_env=secret_env,
        at=at,
    )


@app.command("key", help=_KEY_HELP)
def key(ctx: typer.Context, file: File, *, provider: Provider = None, header: Headers = None) -> Result:
    """Return the key."""
    from askpro_cli.shell.actions.inbox.inspecting import show_key

    return show_key(app_of(ctx), file, provider=provider, headers=header or [])


@app.command("lint", help=_LINT_HELP)
def lint(ctx: typer.Context, file: File, *, provider: Provider = None, header: Headers = None) -> Result:
    """Return what is odd."""
    from askpro_cli.shell.actions.inbox.inspecting import lint_file

    return lint_file(app_of(ctx), file, provider=provider, headers=header or [])


@app.command("send", help=_SEND_HELP)
def send(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="FILE|TYPE", help="A file, - for stdin, or a type of event")],
    *,
    to: Annotated[str, typer.Option("--to", help="Address of the receiver")],
    sign_as: Annotated[str | None, typer.Option("--sign-as", help="Vendor or sender to sign as")] = None,
    secret_env: SecretEnv = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="path=value, such as payload.uid=abc; may be repeated")
    ] = None,
    event_id: Annotated[str | None, typer.Option("--id", help="Make the ids of a sample from this")] = None,
    at: Annotated[str | None, typer.Option("--at", help="Time it is made and signed at")] = None,
    duplicate: Annotated[bool, typer.Option("--duplicate", help="Send it twice")] = False,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="Do not sign it")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the request, send nothing")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Send to another machine without asking")] = False,
) -> Awaitable[Result] | Result:
    """Make the request, confirm it, and return the work."""
    from askpro_cli.shell.actions.inbox.outgoing import make_request
    from askpro_cli.shell.actions.inbox.posting import is_here, post, shown_request

    run = app_of(ctx)
    request = make_request(
        run,
        what,
        to,
        sign_as=sign_as,
        secret_env=secret_env,
        changes=changes or [],
        event_id=event_id,
        at=at,
        anonymous=anonymous,
    )
    if dry_run:
        return shown_request(request)
    if not is_here(request.url):
        run.confirm(f"send {what} to {request.url}", yes=yes)
    return post(run, request, times=2 if duplicate else 1)
