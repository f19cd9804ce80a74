"""Workers in tests: events to handle, handlers that write what they did, pools in this or another process.

The handlers stand for those of the rooms above: they read ``do`` in the event's body, and leave a row of the
activity log for each event they handled, so that a test sees what a user would: effects in the records.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Activity, Company, WebhookAttempt, WebhookEffect, WebhookEvent
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.webhooks import handling
from askpro_cli.webhooks.handling import Effect, Event, Handled
from askpro_cli.webhooks.inbox.storing import store
from askpro_cli.webhooks.wakeups import Wakeups
from askpro_cli.webhooks.worker.options import WorkerOptions
from askpro_cli.webhooks.worker.pool import WorkerPool
from support.admissions import Request
from support.records import QuietLog
from support.waiting import eventually

TESTS = Path(__file__).parent.parent
HANDLED = "handled in a test"
SOON: dict[str, Any] = {"poll": 0.05, "base_delay": 0.1, "max_delay": 0.2}

_numbers = count(1)


def handle(event: Event, session: TenantSession) -> Handled:
    """Do what the event's body says, and leave a row that tells of it."""
    do = event.document.get("do", "")
    session.add(Activity(event=HANDLED, description=f"{event.id}", subject_id=event.id))
    if do == "refuse":
        raise InvalidValueError("Otto Becker (otto@example.org) cannot be read")
    if do == "break":
        session.flush()
        raise ZeroDivisionError("a body may stand here")
    if do == "die" and event.document.get("until", 99) >= event.attempt:
        session.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    if do == "linger":
        session.flush()
        for _ in range(1000):
            time.sleep(0.01)
            session.scalar(select(func.count(Activity.id)))
    if do == "hang":
        session.flush()
        time.sleep(event.document["seconds"])
    if do == "ignore":
        return Handled("ignored", "nothing to do")
    effects = [Effect("test.effect", "salon", {"event": event.id})] if do == "effect" else []
    return Handled(effects=effects)


def companies(event: Event, session: TenantSession) -> Sequence[str]:
    """Return the companies that the event's body names, where the records have them."""
    named = event.document.get("companies", ["salon"])
    return list(session.scalars(select(Company.slug).where(Company.slug.in_(named))))


def why_ignored(event: Event) -> str | None:
    """Ignore pings, whosesoever they are."""
    return "a ping" if event.type == "PING" else None


def effect(what: Effect, tools: Any) -> None:
    """Write down, outside of any transaction, that the effect happened."""
    tools(what)


def register(setattr_: Any) -> None:
    """Let the handlers of this module be found by the worker; *setattr_* as monkeypatch's."""
    here = "support.working"
    setattr_(handling, "HANDLERS", {"calcom": f"{here}:handle", "other": f"{here}:handle"})
    setattr_(handling, "FINDERS", {"calcom": f"{here}:companies"})
    setattr_(handling, "SCREENS", {"calcom": f"{here}:why_ignored"})
    setattr_(handling, "EFFECTS", {"test.effect": f"{here}:effect"})


@pytest.fixture
def test_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers of this module in the place of the real ones."""
    register(monkeypatch.setattr)


class Desk:
    """Records with a company, into which events come."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.log = QuietLog()
        records.run_in_transaction(lambda session: session.add(Company(slug="salon", name="Salon")))

    def receive(self, do: str = "", *, source: str = "calcom", entity: str | None = None, **body: Any) -> int:
        """Keep one event, as intake does; return its id."""
        number = next(_numbers)
        event_type = body.pop("event_type", "BOOKING_CREATED")
        document = {"do": do, "number": number, **body}
        request = Request(
            uid=f"uid-{number}",
            source=source,
            event_type=event_type,
            entity=entity,
            company=body.get("company"),
            body=json.dumps(document).encode(),
            received_ms=round(time.time() * 1000),
        )
        engine = self.records.engine
        stored = run_in_transaction(engine, lambda connection: store(connection, [request.admitted()]))
        assert stored[0].event_id is not None
        return stored[0].event_id

    def receive_again(self, event_id: int) -> None:
        """Keep the same event once more."""
        row = self.event(event_id)
        request = Request(key=row.dedup_key, body=row.body, source=row.source, event_type=row.event_type)
        engine = self.records.engine
        run_in_transaction(engine, lambda connection: store(connection, [request.admitted()]))

    def event(self, event_id: int) -> WebhookEvent:
        """Return the row as it is now."""
        return self.records.run_in_transaction(lambda session: session.get_one(WebhookEvent, event_id))

    def settled(self, *event_ids: int, state: str = "done", within: float = 60.0) -> list[WebhookEvent]:
        """Wait until all of them are in this state; return their rows."""

        def all_there() -> list[WebhookEvent] | None:
            rows = [self.event(one) for one in event_ids]
            return rows if {row.state for row in rows} == {state} else None

        return eventually(all_there, within=within)

    def attempts(self, event_id: int) -> list[WebhookAttempt]:
        """Return the attempts of an event, in their order."""
        query = select(WebhookAttempt).where(WebhookAttempt.event_id == event_id).order_by(WebhookAttempt.id)
        return self.records.run_in_transaction(lambda session: list(session.scalars(query)))

    def handled(self) -> list[int]:
        """Return the events whose effects are in the records, in the order in which they came there."""
        query = select(Activity.subject_id).where(Activity.event == HANDLED).order_by(Activity.id)
        wide = self.records.platform_wide("a test")
        return [one or 0 for one in wide.run_in_transaction(lambda session: list(session.scalars(query)))]

    def effects_left(self) -> int:
        """Return how many after-commit effects have not happened yet."""
        query = select(func.count(WebhookEffect.id))
        return self.records.run_in_transaction(lambda session: session.scalar(query) or 0)

    def change(self, event_id: int, **values: Any) -> None:
        """Change a row from outside."""
        statement = update(WebhookEvent).where(WebhookEvent.id == event_id).values(**values)
        self.records.run_in_transaction(lambda session: session.execute(statement))

    @property
    def one_writer(self) -> bool:
        """Tell whether nobody can write while a handler is at work."""
        return self.records.engine.dialect.name == "sqlite"

    @contextmanager
    def pool(self, tools: Any = None, **options: Any) -> Iterator[WorkerPool]:
        """Run workers in this process."""
        wakeups = Wakeups()
        settings = WorkerOptions(**{**SOON, **options})
        pool = WorkerPool(self.records, settings, tools, wakeups, self.log)
        pool.start()
        try:
            yield pool
        finally:
            pool.stop(30)
            wakeups.close()


@pytest.fixture
def desk(platform: Records, test_handlers: None) -> Desk:
    """A company and its inbox, of each family."""
    del test_handlers
    return Desk(platform)


@pytest.fixture
def sqlite_desk(sqlite_platform_url: str, test_handlers: None) -> Iterator[Desk]:
    """The same on the embedded database alone."""
    del test_handlers
    engine = open_engine(sqlite_platform_url)
    yield Desk(Records(engine, log=QuietLog()))
    engine.dispose()


def worker_process(url: str, options: Mapping[str, Any]) -> str:
    """Return the source of a process that handles events until its stdin is closed."""
    return (
        "import sys\n"
        f"sys.path.insert(0, {str(TESTS)!r})\n"
        "from support import working\n"
        "from support.records import QuietLog\n"
        "from askpro_cli.platform.engine import open_engine\n"
        "from askpro_cli.platform.records import Records\n"
        "working.register(setattr)\n"
        f"engine = open_engine({url!r})\n"
        f"options = working.WorkerOptions(**{dict(options)!r})\n"
        "wakeups = working.Wakeups()\n"
        "records = Records(engine, log=QuietLog())\n"
        "pool = working.WorkerPool(records, options, lambda effect: None, wakeups, QuietLog())\n"
        "pool.start()\n"
        "sys.stdin.readline()\n"
        "pool.stop(30)\n"
    )
