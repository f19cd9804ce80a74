"""``askpro event-types``: list and show."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""List and show event types.

Examples:
  askpro event-types list
  askpro event-types show salon/herrenhaarschnitt
"""
)

_LIST_HELP = """List own event types and those of the teams the key may see.

Examples:
  askpro event-types list
  askpro event-types list --json
"""

_SHOW_HELP = """Show an event type: lengths, notice, locations, and the fields it asks.

Examples:
  askpro event-types show 1001
"""


@app.command("list", help=_LIST_HELP)
def list_(
    ctx: typer.Context,
    *,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask Cal.com, not the cache")] = False,
) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.catalogue import list_event_types

    return list_event_types(app_of(ctx), refresh=refresh)


@app.command("show", help=_SHOW_HELP)
def show(
    ctx: typer.Context,
    event_type: Annotated[str, typer.Argument(help="Id, user/slug, team/slug or alias")],
    *,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask Cal.com, not the cache")] = False,
) -> Awaitable[Result]:
    """Return the work."""
    from askpro_cli.shell.actions.catalogue import show_event_type

    return show_event_type(app_of(ctx), event_type, refresh=refresh)
