"""The way of an event without sockets: signed as its sender does, admitted, kept, handled by real workers."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from askpro_cli.base.clock import Clock
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.shell.actions.daemon.effect_tools import make_tools
from askpro_cli.state.store import StateStore
from askpro_cli.webhooks.arrivals import Admitted, Arrival, Stored
from askpro_cli.webhooks.inbox.storing import store
from askpro_cli.webhooks.providers.admission import admit
from askpro_cli.webhooks.providers.signing import sign
from askpro_cli.webhooks.states import CLAIMED, RECEIVED
from askpro_cli.webhooks.wakeups import Wakeups
from askpro_cli.webhooks.worker.options import WorkerOptions
from askpro_cli.webhooks.worker.pool import WorkerPool
from support.records import QuietLog
from support.signed import SECRETS, TOLERANCE_MS, as_headers, secrets_of
from support.waiting import eventually

Body = bytes | Mapping[str, Any]


class InboxWay:
    """Intake and workers over some records.

    Args:
        records: whose database holds the inbox.
        state: where cached times lie.
        clock: of the handlers.
    """

    def __init__(self, records: Records, state: StateStore, clock: Clock) -> None:
        self.platform = Records(records.engine, log=QuietLog(), clock=clock)
        self.tools: Any = make_tools(state)
        self.log = QuietLog()

    def admitted(self, body: Body, source: str = "calcom") -> Admitted:
        """Return a request that was let in."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        now = round(time.time() * 1000)
        headers = as_headers(sign(source, raw, SECRETS[source], now))
        arrival = Arrival(source, raw, headers, f"/webhooks/{source}", "192.0.2.1", now, "0123456789ab")
        found = admit(arrival, secrets_of(source), now, TOLERANCE_MS)
        assert isinstance(found, Admitted), found
        return found

    def post(self, *bodies: Body, source: str = "calcom") -> list[Stored]:
        """Take requests in, one after another; each is committed before the next."""
        engine = self.platform.engine
        return [
            run_in_transaction(engine, lambda connection, one=one: store(connection, [one]))[0]  # type: ignore[misc]
            for one in (self.admitted(body, source) for body in bodies)
        ]

    def events(self) -> list[WebhookEvent]:
        """Return the inbox."""
        query = select(WebhookEvent).order_by(WebhookEvent.id)
        return self.platform.run_in_transaction(lambda session: list(session.scalars(query)))

    def states(self) -> list[str]:
        """Return the states of all events, in the order in which they came."""
        return [row.state for row in self.events()]

    def pool(self, **options: Any) -> WorkerPool:
        """Return workers that were not started yet."""
        settings = WorkerOptions(**({"poll": 0.05, "base_delay": 0.1, "max_delay": 0.2} | options))
        return WorkerPool(self.platform, settings, self.tools, Wakeups(), self.log)

    def work(self, **options: Any) -> None:
        """Let workers handle everything that is due, effects too."""
        pool = self.pool(**options)
        pool.start()
        try:
            eventually(lambda: not {RECEIVED, CLAIMED} & set(self.states()), within=60)
        finally:
            pool.stop(30)
