"""``askpro completion``."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.nearest import nearest
from askpro_cli.shell.command import command_app
from askpro_cli.shell.completion_scripts import SCRIPTS
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Print the completion script of a shell.

Completes commands, options, event type aliases of the settings and the bookings last touched here.

Examples:
  source <(askpro completion bash)
  source <(askpro completion zsh)
  askpro completion fish | source
"""
)


@app.command()
def completion(shell: Annotated[str, typer.Argument(help="bash, zsh or fish")]) -> Result:
    """Return the script."""
    script = SCRIPTS.get(shell)
    if script is None:
        meant = nearest(shell, SCRIPTS) or "bash"
        raise InvalidValueError(
            f"there is no completion for {shell!r}",
            hint=f"askpro completion {meant}; known are {', '.join(SCRIPTS)}",
            subject="shell",
        )
    return Result(data={"shell": shell, "script": script}, text=script)
