"""``askpro webhooks``: subscribe to what happens at Cal.com; the other commands of the group are parts."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Look after what vendors told us: list, replay, verify, subscribe.

What was acknowledged is kept, handled once and can be handled again (list, show, tail, replay, stuck, export,
import, prune); what was not let in is kept apart (rejected). verify, key, lint and send try what senders send
without a daemon.

Cal.com tells what happens to those who subscribed (subscribe, subscriptions, update, unsubscribe).
Subscriptions belong to the user of the key; --event-type means those of an event type (also a team's),
--organization those of an organisation. Secrets come from the settings (webhook.secret_calcom) or a file,
never from an option, and are never shown.

Examples:
  askpro webhooks subscribe https://hooks.example.org/webhooks/calcom
  askpro webhooks subscriptions
"""
)

_SUBSCRIBE_HELP = """Let Cal.com tell an address what happens, and read back what it keeps.

Run again it changes nothing that is as wanted; what differs is shown, and changed with --yes. Without
--trigger it subscribes to bookings made, moved, cancelled, requested and rejected, to absences and to ended
meetings.

Examples:
  askpro webhooks subscribe https://hooks.example.org/webhooks/calcom
  askpro webhooks subscribe https://hooks.example.org/webhooks/calcom --generate-secret ~/calcom.secret
  askpro webhooks subscribe https://hooks.example.org/webhooks/calcom --event-type 1001 --trigger BOOKING_PAID
"""

_LIST_HELP = """List the subscriptions.

Examples:
  askpro webhooks subscriptions
  askpro webhooks subscriptions --event-type salon-team/haarschnitt --json
"""

_UPDATE_HELP = """Change a subscription, by id or address, and read back what Cal.com keeps.

Examples:
  askpro webhooks update https://hooks.example.org/webhooks/calcom --inactive
  askpro webhooks update https://hooks.example.org/webhooks/calcom --set-secret --dry-run
"""

_UNSUBSCRIBE_HELP = """Remove a subscription, by id or address.

On a terminal it asks; elsewhere it needs --yes. One that askpro removed within a day is a success; one that
never was is not found (exit 3).

Examples:
  askpro webhooks unsubscribe https://hooks.example.org/webhooks/calcom --yes
"""

Triggers = Annotated[list[str] | None, typer.Option("--trigger", help="What to tell; may be repeated")]
EventType = Annotated[str | None, typer.Option("--event-type", help="Those of this event type")]
Organization = Annotated[
    int | None, typer.Option("--organization", min=1, help="Those of this organisation, by id")
]
SecretFile = Annotated[
    str | None, typer.Option("--generate-secret", help="File with the secret; made if it is not there")
]
Insecure = Annotated[bool, typer.Option("--insecure-url", help="Allow http and addresses inside a network")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be sent")]
Name = Annotated[str, typer.Argument(help="Its id or address")]


@app.command("subscribe", help=_SUBSCRIBE_HELP)
def subscribe(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="Where to; public https")],
    *,
    trigger: Triggers = None,
    generate_secret: SecretFile = None,
    event_type: EventType = None,
    organization: Organization = None,
    insecure_url: Insecure = False,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Change one that differs")] = False,
) -> Awaitable[Result]:
    """Check what was typed, confirm changes, and return the work."""
    from askpro_cli.shell.actions.webhook_wishes import wish_to_subscribe
    from askpro_cli.shell.actions.webhook_words import read_where

    run = app_of(ctx)
    where = read_where(run, event_type, organization)
    wish = wish_to_subscribe(run, url, trigger or [], generate_secret, insecure=insecure_url, dry_run=dry_run)
    from askpro_cli.shell.actions import webhooks

    may_update = yes or (not dry_run and webhooks.confirm_changes(run, wish, where))
    return webhooks.subscribe(run, wish, where, may_update=may_update, dry_run=dry_run)


@app.command("subscriptions", help=_LIST_HELP)
def subscriptions(
    ctx: typer.Context, *, event_type: EventType = None, organization: Organization = None
) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.webhook_words import read_where

    run = app_of(ctx)
    where = read_where(run, event_type, organization)
    from askpro_cli.shell.actions.webhooks import list_subscriptions

    return list_subscriptions(run, where)


@app.command("update", help=_UPDATE_HELP)
def update(
    ctx: typer.Context,
    name: Name,
    *,
    url: Annotated[str | None, typer.Option("--url", help="Another address")] = None,
    trigger: Triggers = None,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="Whether to send deliveries")
    ] = None,
    set_secret: Annotated[
        bool, typer.Option("--set-secret", help="Set the secret of the settings anew")
    ] = False,
    generate_secret: SecretFile = None,
    event_type: EventType = None,
    organization: Organization = None,
    insecure_url: Insecure = False,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accepted; changing asks nothing")] = False,
) -> Awaitable[Result]:
    """Check what was typed and return the work."""
    from askpro_cli.shell.actions.webhook_wishes import wish_to_update
    from askpro_cli.shell.actions.webhook_words import read_where

    del yes
    run = app_of(ctx)
    where = read_where(run, event_type, organization)
    wish = wish_to_update(
        run,
        url,
        trigger or [],
        generate_secret,
        active=active,
        set_secret=set_secret,
        insecure=insecure_url,
        dry_run=dry_run,
    )
    from askpro_cli.shell.actions import webhooks

    return webhooks.update(run, name, wish, where, dry_run=dry_run)


@app.command("unsubscribe", help=_UNSUBSCRIBE_HELP)
def unsubscribe(
    ctx: typer.Context,
    name: Name,
    *,
    event_type: EventType = None,
    organization: Organization = None,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking")] = False,
) -> Awaitable[Result]:
    """Confirm, and return the work."""
    from askpro_cli.shell.actions.webhook_words import read_where

    run = app_of(ctx)
    where = read_where(run, event_type, organization)
    if not dry_run:
        from askpro_cli.booking.subscriptions import shown_url

        run.confirm(f"remove the subscription {shown_url(name)}", yes=yes)
    from askpro_cli.shell.actions import webhooks

    return webhooks.unsubscribe(run, name, where, dry_run=dry_run)
