"""The booking flow against a sandbox and real records: in process, or for a program of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import select

from askpro_cli.base.clock import Clock, ManualClock
from askpro_cli.booking.desk import Desk
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.making.saga import book_appointment
from askpro_cli.booking.flow.mapping.wishes import AppointmentWish, ServiceWish
from askpro_cli.booking.flow.outcomes import Outcome, SyncOutcome
from askpro_cli.booking.flow.upkeep.sync import sync
from askpro_cli.booking.ledger import Ledger
from askpro_cli.calcom.cache import CacheTtls, CalcomCache
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.wire.transport import CalcomTransport
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Appointment
from askpro_cli.resilience.metrics import NAMESPACE
from askpro_cli.resilience.policy import EventLog, Policy, PolicySettings
from askpro_cli.sandbox.app import SandboxApp
from askpro_cli.sandbox.control.faults import ArmedFault, parse_faults
from askpro_cli.state.sqlite_store import SqliteStore
from askpro_cli.state.store import StateStore
from support.records import QuietLog
from support.sandbox import SANDBOX_BASE, SANDBOX_KEY, SandboxTransport

T = TypeVar("T")

BERLIN = ZoneInfo("Europe/Berlin")
TOMORROW_TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Berlin
HALF_AN_HOUR = timedelta(minutes=30)
CUT, TEAM = "Herrenhaarschnitt", "Haarschnitt im Team"
LEASE = 5.0
"""Seconds after which a run that does not renew its lease is succeeded; a busy machine is slow to renew."""


def wish(
    service: str = CUT,
    start: datetime = TOMORROW_TEN,
    *,
    name: str | None = "Anna Schmidt",
    email: str | None = "anna@example.org",
    phone: str | None = "+493023125001",
    call: str | None = None,
    branch: str | None = None,
    staff: str | None = None,
    customer: int | None = None,
    **more: Any,
) -> AppointmentWish:
    """Return what somebody wants; Anna Schmidt a haircut tomorrow at ten unless told otherwise."""
    return AppointmentWish(
        ServiceWish(service, branch=branch, staff=staff, customer=customer, call=call),
        start,
        name,
        email,
        phone,
        "de",
        "Europe/Berlin",
        **more,
    )


def guest(number: int, service: str = CUT, start: datetime = TOMORROW_TEN, **more: Any) -> AppointmentWish:
    """Return the wish of somebody of their own, the *number*-th."""
    name, phone = f"Gast {number}", f"+49302312{5001 + number:04}"
    return wish(service, start, name=name, email=f"gast{number}@example.org", phone=phone, **more)


def make_flow(
    records: Records,
    store: StateStore,
    clock: Clock,
    *,
    log: EventLog,
    base_url: str = SANDBOX_BASE,
    transport: httpx.AsyncBaseTransport | None = None,
    at_step: Callable[[str], None] = lambda _: None,
    run_id: str = "run-1",
    lease: float = LEASE,
    **more: Any,
) -> FlowDesk:
    """Return the tools of the flow, as the program would make them; its pauses between tries take no time."""

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    policy = Policy(
        store,
        vendor="calcom",
        key_id="test",
        settings=PolicySettings(max_wait=120.0),
        clock=clock,
        run_id=run_id,
        company="salon",
        sleep=at_once if transport else None,
    )
    client = CalcomClient(CalcomTransport(base_url, SANDBOX_KEY, timeout=60.0, transport=transport), policy)
    ledger = Ledger(
        lambda: records.engine,
        company="salon",
        server=base_url,
        hours=24,
        log=log,
        sleep=asyncio.sleep,
        lease=lease,
    )
    desk = Desk(
        client=client,
        ledger=ledger,
        cache=CalcomCache(store, CacheTtls(), BERLIN),
        zone=BERLIN,
        clock=clock,
        log=log,
        fresh_seconds=30.0,
        notify=lambda _: None,
        at_step=at_step,
    )
    return FlowDesk(desk, records, "salon", run_id, lease_seconds=lease, **more)


@dataclass
class FlowPlace:
    """The salon's records, a sandbox in process, and the flow between them."""

    records: Records
    sandbox: SandboxApp
    clock: ManualClock
    store: StateStore
    log: QuietLog = field(default_factory=QuietLog)
    wire: httpx.AsyncBaseTransport | None = None

    def flow(self, **more: Any) -> FlowDesk:
        """Return the tools of one run."""
        wire = self.wire or SandboxTransport(self.sandbox)
        return make_flow(self.records, self.store, self.clock, log=self.log, transport=wire, **more)

    def run(self, work: Callable[[FlowDesk], Awaitable[T]], **more: Any) -> T:
        """Run *work* with the tools of one run, and close them."""

        async def go() -> T:
            flow = self.flow(**more)
            async with flow.desk.client:
                return await work(flow)

        return asyncio.run(go())

    def book(self, wanted: AppointmentWish | None = None, **more: Any) -> Outcome:
        """Book; raises what the flow raises."""
        return self.run(lambda flow: book_appointment(flow, wanted or wish()), **more)

    def book_all(self, wanted: list[AppointmentWish], **more: Any) -> list[Outcome | BaseException]:
        """Book all at once, each with a run of its own; failures are returned."""

        async def go() -> list[Outcome | BaseException]:
            flows = [self.flow(run_id=f"run-{number}", **more) for number in range(len(wanted))]
            pairs = zip(flows, wanted, strict=True)
            done = await asyncio.gather(*(book_appointment(*pair) for pair in pairs), return_exceptions=True)
            for flow in flows:
                await flow.desk.client.aclose()
            return done

        return asyncio.run(go())

    def sync(self, **more: Any) -> list[SyncOutcome]:
        """Finish what is left open, without waiting for pauses to end."""
        return self.run(lambda flow: sync(flow, due_only=False, **more))

    def fault(
        self, text: str, *, method: str = "POST", path: str = "/v2/bookings", times: int | None = 1
    ) -> None:
        """Let the next matching requests fail."""
        self.sandbox.plan.arm(ArmedFault(one, times, method, path) for one in parse_faults(text))

    def heal(self) -> None:
        """Let the vendor be well again, and the breaker know it."""
        self.sandbox.plan.clear()
        self.store.clear()
        self.store.for_namespace(NAMESPACE).clear()

    def appointments(self) -> list[Appointment]:
        """Return all rows, in order."""
        return self.records.run_in_transaction(
            lambda session: list(session.scalars(select(Appointment).order_by(Appointment.id)))
        )

    def row(self, appointment_id: int) -> Appointment:
        """Return one row."""
        return next(one for one in self.appointments() if one.id == appointment_id)

    def change(self, appointment_id: int, **values: Any) -> None:
        """Set columns of a row, as time or another hand would."""

        def work(session: Any) -> None:
            row = session.get_one(Appointment, appointment_id)
            for name, value in values.items():
                setattr(row, name, value)

        self.records.run_in_transaction(work)

    def remote(self) -> list[Any]:
        """Return the bookings that stand in the sandbox and were made through us."""
        standing = self.sandbox.world.bookings.values()
        return [
            one
            for one in standing
            if one.status in ("accepted", "pending") and one.metadata.get("askpro_key")
        ]

    def sent(self, method: str = "POST", path: str = "/v2/bookings") -> int:
        """Return how many requests of this kind arrived."""
        return len([one for one in self.sandbox.journal.entries(method, path) if one["path"] == path])

    def agree(self) -> list[Appointment]:
        """Return the scheduled rows; each is one remote booking, and the other way round."""
        ours = [row for row in self.appointments() if row.status == "scheduled"]
        assert {row.calcom_v2_booking_uid for row in ours} == {one.uid for one in self.remote()}
        assert len(ours) == len(self.remote())
        return ours


@contextmanager
def state_in(folder: Path) -> Iterator[StateStore]:
    """Open a state store of the salon's in *folder*."""
    store = SqliteStore(folder / "state.db", "salon")
    try:
        yield store
    finally:
        store.close()


@pytest.fixture
def flow_place(
    salon_records: Records, sandbox_app: SandboxApp, sandbox_clock: ManualClock, tmp_path: Path
) -> Iterator[FlowPlace]:
    """The flow over the salon's records, on each database, and a sandbox in process."""
    with state_in(tmp_path) as store:
        yield FlowPlace(salon_records, sandbox_app, sandbox_clock, store)


@pytest.fixture
def sqlite_flow_place(
    sqlite_seeded_url: str, sandbox_app: SandboxApp, sandbox_clock: ManualClock, tmp_path: Path
) -> Iterator[FlowPlace]:
    """The same on the embedded database alone, for tests to which the family does not matter."""
    from support.records import opened

    with state_in(tmp_path) as store, opened(sqlite_seeded_url, sandbox_clock) as records:
        yield FlowPlace(records.for_company("salon"), sandbox_app, sandbox_clock, store)
