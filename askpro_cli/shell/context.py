"""What a command is handed: cheap values, and thunks for whatever costs time or may fail."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askpro_cli.base.clock import Clock, SystemClock
from askpro_cli.base.errors import ConfigError, ConfirmationError, RefusedError, StateError
from askpro_cli.shell import wiring
from askpro_cli.shell.options import GlobalOptions
from askpro_cli.shell.output.console import Console, Streams

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from askpro_cli.base.runlog import RunLog
    from askpro_cli.calcom.cache import CalcomCache
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.platform.transaction_watch import TransactionWatch
    from askpro_cli.resilience.policy import Policy
    from askpro_cli.shell.company import Company
    from askpro_cli.shell.settings.loading import Settings
    from askpro_cli.state.store import StateStore


class App:
    """One run of the program. Everything is made on first use; what was opened is closed by :meth:`close`.

    Args:
        options: the global options, filled in while the command line is parsed.
        env: the environment; the only door to it.
        cwd: the folder a project file is looked for in.
        streams: stdin, stdout, stderr.
        clock: the one clock.
        http_transport: an httpx transport in place of the network's (tests).
    """

    def __init__(
        self,
        *,
        options: GlobalOptions,
        env: Mapping[str, str],
        cwd: Path,
        streams: Streams,
        clock: Clock,
        http_transport: Any = None,
    ) -> None:
        self.options = options
        self.env = env
        self.cwd = cwd
        self.clock = clock
        self.http_transport = http_transport
        self.console = Console(streams, env)
        self.notices: list[str] = []
        self.max_requests: int | None = None  # what this run may send to Cal.com; set before it is asked
        self.transactions: list[TransactionWatch] = []
        self._engines: dict[bool, Engine] = {}
        self._client: CalcomClient | None = None
        self._others: list[App] = []

    @classmethod
    def build(
        cls,
        options: GlobalOptions,
        env: Mapping[str, str],
        cwd: Path,
        streams: Streams,
        *,
        clock: Clock | None = None,
        http_transport: Any = None,
    ) -> App:
        """Return the App of a run of the program."""
        return cls(
            options=options,
            env=env,
            cwd=cwd,
            streams=streams,
            clock=clock or SystemClock(),
            http_transport=http_transport,
        )

    @classmethod
    def for_tests(cls, **overrides: Any) -> App:
        """Return an App of invented surroundings; *overrides* replace arguments or made values by name.

        Raises:
            TypeError: a name is neither an argument nor a value of the App.
        """
        arguments: dict[str, Any] = {
            "options": GlobalOptions(),
            "env": {},
            "cwd": Path("/nonexistent"),
            "streams": Streams(None, None, sys.stderr),
            "clock": SystemClock(),
            "http_transport": None,
        }
        made = ("settings", "company", "log", "run_id")
        unknown = set(overrides) - set(arguments) - set(made)
        if unknown:
            message = f"App has no {', '.join(sorted(unknown))}"
            raise TypeError(message)
        app = cls(**{name: overrides.get(name, value) for name, value in arguments.items()})
        for name in made:
            if name in overrides:
                setattr(app, name, overrides[name])
        return app

    @cached_property
    def run_id(self) -> str:
        """The correlation id: in the run's log, the meta of its answer, and the vendor request log."""
        from askpro_cli.base.runlog import new_run_id

        return new_run_id()

    @cached_property
    def settings(self) -> Settings:
        """The settings, each with its origin."""
        from askpro_cli.shell.settings.loading import load_settings

        flags = {
            "company": self.options.company,
            "profile": self.options.profile,
            "timezone": self.options.timezone,
        }
        return load_settings(self.env, self.cwd, flags)

    @cached_property
    def company(self) -> Company:
        """The company this run works for; settings or records know it."""
        from askpro_cli.shell.company import choose_company

        company = choose_company(self.settings)
        if not company.configured:
            from askpro_cli.shell.known_company import require_known

            require_known(self, company.slug)
        return company

    @cached_property
    def log(self) -> RunLog:
        """The run's log file."""
        from askpro_cli.base.runlog import RunLog, log_path

        try:
            keep_days = self.settings.integer("logs.keep_days")
            path = log_path(self.settings.state_dir / "logs", self.run_id, self.clock)
        except ConfigError:  # told by whoever needs the settings; until then nobody knows where logs go
            return RunLog(None, self.run_id, self.clock)
        return RunLog(path, self.run_id, self.clock, keep_days=keep_days)

    def follow_options(self) -> None:
        """Let the console be as quiet, as talkative and as plain as the options ask for."""
        options, console = self.options, self.console
        console.quiet, console.verbose = options.quiet, options.verbose
        console.no_color = options.no_color

    def notice(self, text: str) -> None:
        """Tell a person something that is no failure (a damaged file was moved aside); also in the meta."""
        if text not in self.notices:
            self.notices.append(text)
            self.console.warning(text)

    @cached_property
    def _state(self) -> StateStore:
        return wiring.open_state_store(self)

    def state(self) -> StateStore:
        """Return the shared state of the company."""
        return self._state

    def records(self, *, read_only: bool = False) -> Engine:
        """Return the engine of the records' database; the embedded one is upgraded when needed."""
        if read_only not in self._engines:
            self._engines[read_only] = wiring.open_records(self, read_only=read_only)
        return self._engines[read_only]

    @cached_property
    def api_key(self) -> str:
        """The company's Cal.com key; AuthError when there is none."""
        return wiring.api_key(self)

    @cached_property
    def _policy(self) -> Policy:
        return wiring.make_policy(self)

    def policy(self) -> Policy:
        """Return the resilience policy of calls to Cal.com with this company's key."""
        return self._policy

    def calcom(self) -> CalcomClient:
        """Return a client of Cal.com: an async context manager."""
        self._client = wiring.make_client(self)
        return self._client

    def asked(self) -> dict[str, Any]:
        """Return how Cal.com was asked so far, as the meta of an answer; {} when it was not."""
        if self._client is None or self._client.last is None:
            return {}
        from askpro_cli.shell.actions.vendor_meta import vendor_meta

        return vendor_meta(self, self._client.last, self._client.requests)

    @cached_property
    def _cache(self) -> CalcomCache:
        return wiring.make_cache(self)

    def cache(self) -> CalcomCache:
        """Return the cache of Cal.com's answers."""
        return self._cache

    def for_company(self, slug: str) -> App:
        """Return an App that works for another company in the same run: with its key, zone, state and cache.

        It speaks and logs through this one, and is closed with it.
        """
        other = App(
            options=replace(self.options, company=slug),
            env=self.env,
            cwd=self.cwd,
            streams=self.console.streams,
            clock=self.clock,
            http_transport=self.http_transport,
        )
        other.console, other.notices = self.console, self.notices
        other.run_id, other.log = self.run_id, self.log
        self._others.append(other)
        return other

    @property
    def can_ask(self) -> bool:
        """Tell whether a person is there to be asked, who did not want JSON."""
        return self.console.can_ask and not self.options.wants_json

    def confirm(self, action: str, *, yes: bool) -> None:
        """Let a dangerous action pass with --yes or a person's yes.

        Args:
            action: what will happen, as a sentence's object: ``cancel booking abc``.
            yes: whether --yes was given.

        Raises:
            ConfirmationError: nobody is there to ask.
            RefusedError: the person said no.
        """
        if yes:
            return
        if not self.can_ask:
            raise ConfirmationError(f"nothing was done: {action}", hint="add --yes", subject=action)
        if not self.console.ask(f"{action}?"):
            raise RefusedError(f"nothing was done: {action}", subject=action)

    def _count_transactions(self) -> None:
        """Hand the counts of this run over to monitoring, where the state is open anyway."""
        with suppress(StateError):
            for watch in self.transactions:
                watch.flush(self._state)
            if self._engines:
                from askpro_cli.platform.pool import flush_pool

                for engine in self._engines.values():
                    flush_pool(engine, self._state)

    def close(self) -> None:
        """Give back what was opened."""
        for other in self._others:
            other.close()
        for engine in self._engines.values():
            engine.dispose()
        if "_state" in self.__dict__:
            self._count_transactions()
            self._state.close()
        if "log" in self.__dict__:
            self.log.close()
