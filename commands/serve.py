"""``askpro serve``."""

from __future__ import annotations

from typing import Annotated

import typer

from askpro_cli.shell.command import app_of, command_app

app = command_app(
    help="""Take webhooks, keep them before they are acknowledged, and handle them.

Serves until it is stopped (SIGTERM or Ctrl-C, exit 0): who is connected gets an answer, what was taken in is
kept. SIGHUP reads the secrets again. When it accepts connections it prints one line with its address; its log
goes to stderr, one JSON line an event.

It never changes the schema: run askpro db upgrade first; until then /readyz says no and senders get 503. TLS
is a proxy's business. With systemd's socket unit, or a socket handed on by --fd, a restart refuses nobody.
Several processes (--workers) need PostgreSQL, MariaDB or MySQL: SQLite has one writer.

Examples:
  askpro serve
  askpro serve --host 0.0.0.0 --port 8080
  askpro serve --uds /run/askpro/askpro.sock
  askpro serve --workers 4
"""
)


@app.command()
def serve(
    ctx: typer.Context,
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on; server.host by default.")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port; 0 takes a free one, server.port by default.", min=0, max=65535)
    ] = None,
    uds: Annotated[str | None, typer.Option(metavar="PATH", help="Listen on a Unix socket instead.")] = None,
    fd: Annotated[
        int | None, typer.Option(min=0, help="Listen on an open socket: the number of its descriptor.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes to serve with.")] = None,
    parent: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Serve until stopped; being stopped is the normal end."""
    from askpro_cli.shell.actions.daemon.serving import Wish, serve

    serve(app_of(ctx), Wish(host=host, port=port, uds=uds, fd=fd, workers=workers, parent=parent))
    raise typer.Exit(0)
