"""``askpro serve``: from flags and settings to a daemon that serves, or to a parent of several."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from askpro_cli.base.errors import ConfigError, UsageError
from askpro_cli.shell import wiring
from askpro_cli.shell.actions.daemon import options as told

if TYPE_CHECKING:
    from askpro_cli.server.listening import Listener
    from askpro_cli.server.options import ServerOptions
    from askpro_cli.shell.context import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the flags say; None where one was not given.

    Args:
        host: address to listen on.
        port: 0 takes a free one.
        uds: path of a Unix socket.
        fd: descriptor of an open socket.
        workers: processes.
        parent: the process that watches over this one.
    """

    host: str | None = None
    port: int | None = None
    uds: str | None = None
    fd: int | None = None
    workers: int | None = None
    parent: int | None = None


def serve(app: App, wish: Wish) -> None:
    """Serve until a signal ends it.

    Raises:
        UsageError: flags that exclude each other.
        ConfigError: a setting cannot be, or the address cannot be listened on.
    """
    from askpro_cli.server.listening import open_listener

    options = server_options(app, wish)
    if options.workers > 1:
        _require_server(app)
    listener = open_listener(options)
    try:
        if options.workers > 1:
            _serve_with_children(app, options, listener)
        else:
            _serve_here(app, wish, options, listener)
    finally:
        listener.close()


def server_options(app: App, wish: Wish) -> ServerOptions:
    """Return where and how to serve.

    Raises:
        UsageError: more than one place to listen on.
        ConfigError: systemd hands over several sockets.
    """
    from askpro_cli.server.listening import inherited_fd
    from askpro_cli.server.options import ServerOptions

    given = [name for name in ("uds", "fd") if getattr(wish, name) is not None]
    if wish.host is not None or wish.port is not None:
        given.append("host and --port" if wish.host is not None else "port")
    if len(given) > 1:
        raise UsageError(f"--{' and --'.join(given)} exclude each other", hint="name one place to listen on")
    settings = app.settings
    return ServerOptions(
        host=wish.host if wish.host is not None else settings.text("server.host"),
        port=wish.port if wish.port is not None else settings.integer("server.port"),
        uds=wish.uds,
        fd=wish.fd if given else inherited_fd(app.env, os.getpid()),
        workers=wish.workers if wish.workers is not None else settings.integer("server.workers"),
        drain=settings.number("server.drain"),
        metrics=settings.text("server.metrics"),
        proxies=told.proxies(settings),
        token_limit=settings.integer("server.token_limit"),
        address_limit=settings.integer("server.address_limit"),
        audit_keep_days=settings.integer("server.audit_keep_days"),
        log_answers=settings.text("server.log_level") == "debug",
        limits=told.limits(settings),
    )


def _require_server(app: App) -> None:
    from askpro_cli.platform import dialects

    if dialects.is_sqlite(dialects.parse_url(wiring.records_url(app))):
        raise ConfigError(
            "over SQLite askpro serves with one process: it has one writer",
            hint="leave --workers at 1, or let database_url name PostgreSQL, MariaDB or MySQL",
            subject="server.workers",
        )


def _serve_here(app: App, wish: Wish, options: ServerOptions, listener: Listener) -> None:
    from askpro_cli.server.log import DaemonLog
    from askpro_cli.server.memory import settle
    from askpro_cli.server.notify import Notifier
    from askpro_cli.server.serving import Surroundings, serve
    from askpro_cli.shell.actions.daemon.building import build_daemon, open_stores

    def on_ready() -> None:
        settle()
        if wish.parent is None:
            _tell_ready(app, listener.url)

    log = DaemonLog(
        app.console.streams.stderr or sys.stderr, app.settings.text("server.log_level"), pid=os.getpid()
    )
    around = Surroundings(
        on_ready=on_ready,
        notifier=Notifier(app.env.get("NOTIFY_SOCKET")),
        parent=wish.parent,
    )
    with open_stores(app, log, works=app.settings.flag("worker.enabled")) as stores:
        daemon, api = build_daemon(app, stores, options, log)
        log.event("daemon.starting", address=listener.url, sources=sorted(daemon.secrets.sources()))
        serve(daemon, api, listener, around)


def _serve_with_children(app: App, options: ServerOptions, listener: Listener) -> None:
    from askpro_cli.server.log import DaemonLog
    from askpro_cli.server.notify import Notifier
    from askpro_cli.server.processes import Crew

    fd = listener.socket.fileno()
    log = DaemonLog(
        app.console.streams.stderr or sys.stderr, app.settings.text("server.log_level"), pid=os.getpid()
    )
    crew = Crew(
        [sys.executable, "-m", "askpro_cli", *_global_words(app), "serve", "--workers", "1", "--fd", str(fd)],
        env=app.env,
        fd=fd,
        count=options.workers,
        grace=options.drain,
        log=log,
        notifier=Notifier(app.env.get("NOTIFY_SOCKET")),
    )
    crew.run(lambda: _tell_ready(app, listener.url))


def _global_words(app: App) -> list[str]:
    """Return the global options that choose settings, for a child."""
    named = {
        "--company": app.options.company,
        "--profile": app.options.profile,
        "--timezone": app.options.timezone,
    }
    return [word for option, value in named.items() if value for word in (option, value)]


def _tell_ready(app: App, url: str) -> None:
    """Print the one ready line, or the ready envelope."""
    from askpro_cli.shell.output.envelope import Outcome
    from askpro_cli.shell.output.render import render
    from askpro_cli.shell.output.result import Result

    result = Result(data={"url": url, "pid": os.getpid()}, text=f"askpro serves on {url}")
    render(Outcome("serve", result), app.console, app.options.format, {"run_id": app.run_id})
