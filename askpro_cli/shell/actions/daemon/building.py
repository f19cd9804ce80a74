"""Builds a daemon from the settings: records, state, secrets, inbox and workers put together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from askpro_cli.shell import wiring
from askpro_cli.shell.actions.daemon import options as told
from askpro_cli.shell.settings.secrets import read_secret

if TYPE_CHECKING:
    from askpro_cli.platform.records import Records
    from askpro_cli.platform.transaction_watch import EventLog
    from askpro_cli.server.daemon import Api, Daemon
    from askpro_cli.server.options import ServerOptions
    from askpro_cli.shell.context import App
    from askpro_cli.state.store import StateStore
    from askpro_cli.webhooks.replay.running import ReplayTools
    from askpro_cli.webhooks.wakeups import Wakeups
    from askpro_cli.webhooks.worker.pool import WorkerPool

NAMESPACE = "_daemon"
"""Of the shared state: what belongs to no company."""


class Stores(NamedTuple):
    """What a process of the daemon, or of workers, stands on.

    Args:
        records: of the platform.
        state: shared, in a namespace of its own.
        wakeups: between those who keep events and those who handle them.
        redis_url: of the shared state, None where it is embedded.
    """

    records: Records
    state: StateStore
    wakeups: Wakeups
    redis_url: str | None


@contextmanager
def open_stores(app: App, log: EventLog, *, works: bool = True) -> Iterator[Stores]:
    """Open them; nothing is connected yet, nothing is made and nothing is upgraded.

    Args:
        app: of this run.
        log: of the process.
        works: it handles events; one that only keeps them is not woken by each of its own commits.

    Raises:
        ConfigError: a URL is malformed or its driver is not installed.
    """
    from askpro_cli.platform.engine import open_engine
    from askpro_cli.platform.records import Records
    from askpro_cli.webhooks.wakeups import Wakeups

    url = wiring.records_url(app)
    redis_url = read_secret(app.settings, "redis_url", app.notice)
    with ExitStack() as stack:
        engine = open_engine(
            url,
            statement_timeout=app.settings.number("database.statement_timeout"),
            connect_timeout=app.settings.number("database.connect_timeout"),
            pool=wiring.pool_settings(app.settings),
        )
        stack.callback(engine.dispose)
        state = wiring.open_state_store(app, NAMESPACE)
        stack.callback(state.close)
        wakeups = Wakeups(database_url=url if works else None, redis_url=redis_url)
        wakeups.start()
        stack.callback(wakeups.close)
        yield Stores(Records(engine, log=log, clock=app.clock), state, wakeups, redis_url)


def build_daemon(app: App, stores: Stores, options: ServerOptions, log: EventLog) -> tuple[Daemon, Api]:
    """Return a daemon that was not started, and its API.

    Raises:
        ConfigError: a secret cannot be read, or a setting cannot be.
    """
    from askpro_cli.server.api.app import create_api
    from askpro_cli.server.api.needs import ApiOptions
    from askpro_cli.server.counters import Counters
    from askpro_cli.server.daemon import Daemon
    from askpro_cli.shell.actions.daemon.calcom_probe import CalcomProbes
    from askpro_cli.shell.actions.daemon.secret_loading import load_secrets
    from askpro_cli.webhooks.inbox.inbox import Inbox
    from askpro_cli.webhooks.secrets import SecretBook

    counters = Counters()
    inbox = Inbox(
        stores.records.engine,
        told.inbox_options(app.settings),
        redis_url=stores.redis_url,
        announce=stores.wakeups.announce,
        on_commit=counters.note_commit,
        log=log,
        clock=app.clock,
    )
    daemon = Daemon(
        options=options,
        inbox=inbox,
        secrets=SecretBook(lambda: load_secrets(app)),
        records=stores.records,
        state=stores.state,
        log=log,
        pool=make_pool(app, stores, log) if app.settings.flag("worker.enabled") else None,
        calcom_health=CalcomProbes(app, stores.state, log),
        clock=app.clock,
        counters=counters,
    )
    policy = wiring.policy_settings(app.settings)
    asked = ApiOptions(
        metrics=options.metrics,
        token_limit=options.token_limit,
        address_limit=options.address_limit,
        audit_keep_days=options.audit_keep_days,
        redis_url=stores.redis_url,
        process=str(os.getpid()),
        breaker=policy.breaker,
        governor=policy.governor,
    )
    return daemon, create_api(daemon, asked)


def make_pool(app: App, stores: Stores, log: EventLog, *, replays: bool = True) -> WorkerPool:
    """Return the workers of this process, not started.

    Args:
        app: of this run.
        stores: what they stand on.
        log: what they tell.
        replays: whether they run replays, too.

    Raises:
        ConfigError: a handler may take longer than its lease.
    """
    from askpro_cli.shell.actions.daemon.effect_tools import make_tools
    from askpro_cli.webhooks.replay.running import ReplayChore
    from askpro_cli.webhooks.worker.pool import WorkerPool

    return WorkerPool(
        stores.records,
        told.worker_options(app.settings),
        make_tools(stores.state),
        stores.wakeups,
        log,
        chores=[ReplayChore(replay_tools(app, stores, log))] if replays else [],
        clock=app.clock,
    )


def replay_tools(app: App, stores: Stores, log: EventLog) -> ReplayTools:
    """Return what a run of replays needs; the secrets are read when something is to be signed."""
    from askpro_cli.shell.actions.daemon.secret_loading import load_secrets
    from askpro_cli.webhooks.replay.running import ReplayTools
    from askpro_cli.webhooks.worker.claims import worker_name

    return ReplayTools(
        records=stores.records,
        holder=worker_name(),
        log=log,
        announce=stores.wakeups.announce,
        secrets_of=lambda source: load_secrets(app).get(source, ()),
    )
