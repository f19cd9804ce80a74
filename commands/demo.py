"""``askpro demo``."""

from __future__ import annotations

import typer

from askpro_cli.base.errors import DemoError
from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

app = command_app(
    help="""Show the main job on a sandbox, no account needed.

Starts a Cal.com on a free port of this machine and plays a day at a salon on it: free slots, a booking,
the same booking again, a refused slot with alternatives, a move, a cancellation, the cache, and a circuit
breaker that opens and closes. It uses settings and state of its own and takes about ten seconds. Exit 0
only if every step did what it says.

Examples:
  askpro demo
  askpro demo --json
"""
)


@app.command()
def demo(ctx: typer.Context) -> Result:
    """Play the demonstration; the story goes to stderr, the report to ``--json``."""
    from askpro_cli.demo.story import play

    current = app_of(ctx)
    tell = (lambda _: None) if current.options.quiet else current.console.say
    report = play(current.env, tell)
    failure = report["failure"]
    errors = [DemoError(f"the demonstration failed: {failure}")] if failure else []
    return Result(data=report, errors=errors)
