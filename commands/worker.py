"""``askpro worker``."""

from __future__ import annotations

import typer

from askpro_cli.shell.command import app_of, command_app

app = command_app(
    help="""Handle the webhook events that were kept, beside or in place of askpro serve.

Runs until it is stopped (SIGTERM or Ctrl-C, exit 0): what is under way finishes within server.drain, the rest
is given back. Any number of them, on any number of hosts, share the work over PostgreSQL, MariaDB or MySQL;
an event is handled by one of them, and if that one dies, by another once its lease is over (worker.lease).
Over SQLite let askpro serve handle events: it has one writer, and they would wait for each other.

It prints one line when it begins; its log goes to stderr, one JSON line an event. A database that is gone or
not upgraded yet is waited for.

Examples:
  askpro worker
  askpro worker 2>> worker.jsonl
"""
)


@app.command()
def worker(ctx: typer.Context) -> None:
    """Handle events until stopped; being stopped is the normal end."""
    from askpro_cli.shell.actions.daemon.working import work

    work(app_of(ctx))
    raise typer.Exit(0)
