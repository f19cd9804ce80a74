"""``askpro help``: topics, and the help of a command."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.shell.command import command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Show help on a topic or a command.

Topics: exit-codes, environment, formatting, settings. Without a name it lists topics and commands.

Examples:
  askpro help exit-codes
  askpro help book
"""
)


@app.command()
def help_(
    topic: Annotated[list[str] | None, typer.Argument(help="A topic, or a command's name")] = None,
) -> Result:
    """Return the page asked for."""
    from askpro_cli.shell.help_topics import page

    words = topic or []
    text = page(words)
    return Result(data={"topic": " ".join(words) or None, "text": text}, text=text)
