"""The client over real connections: cut ones, encrypted ones, reused ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from support.calcom import BERLIN
from support.sandbox import SANDBOX_KEY

from askpro_cli.base.clock import SystemClock
from askpro_cli.base.errors import VendorError, VendorProtocolError, VendorUnreachableError
from askpro_cli.base.times import Interval
from askpro_cli.calcom.bodies import NewAttendee, NewBooking
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Booking
from askpro_cli.calcom.wire.transport import CalcomTransport
from askpro_cli.resilience.policy import Policy, PolicySettings
from askpro_cli.state.store import StateStore

pytestmark = pytest.mark.anyio

MAIL = "mia.muster@example.org"


def client_of(url: str, store: StateStore, **limits: float) -> CalcomClient:
    policy = Policy(
        store,
        vendor="calcom",
        key_id="socket-tests",
        settings=PolicySettings(base_delay=0.01),
        clock=SystemClock(),
        run_id="test-run",
        company="salon",
    )
    return CalcomClient(CalcomTransport(url, SANDBOX_KEY, **limits), policy)  # type: ignore[arg-type]  # all are numbers


async def arm(url: str, fault: str, method: str, times: int = 1) -> None:
    async with httpx.AsyncClient() as plain:
        body = {"fault": fault, "times": times, "match": {"method": method}}
        answer = await plain.post(url.removesuffix("/v2") + "/_sandbox/faults", json=body)
        answer.raise_for_status()


async def posts(url: str) -> int:
    async with httpx.AsyncClient() as plain:
        entries = (await plain.get(url.removesuffix("/v2") + "/_sandbox/journal")).json()["entries"]
    return sum(entry["method"] == "POST" and entry["path"] == "/v2/bookings" for entry in entries)


async def a_free_start(client: CalcomClient) -> datetime:
    now = datetime.now(UTC)
    window = Interval(now + timedelta(days=1), now + timedelta(days=14))
    return (await client.slots(1001, window, BERLIN)).value[0].start


@pytest.mark.parametrize("fault", ["reset-after", "truncated", "502=after"])
async def test_a_create_cut_off_after_the_commit_is_one_booking(
    sandbox_url: str, state_store: StateStore, fault: str
) -> None:
    async with client_of(sandbox_url, state_store) as client:

        async def lookup() -> Booking | None:
            found = (await client.bookings(BookingFilter(attendee_email=MAIL))).value.bookings
            return found[0] if found else None

        attendee = NewAttendee(name="Mia Muster", time_zone="Europe/Berlin", email=MAIL)
        order = NewBooking(event_type_id=1001, start=await a_free_start(client), attendee=attendee)
        await arm(sandbox_url, fault, "POST")
        answer = await client.create_booking(order, lookup=lookup)
        assert answer.meta.recovered
        assert answer.value.start == order.start
        assert len((await client.bookings(BookingFilter(attendee_email=MAIL))).value.bookings) == 1
    assert await posts(sandbox_url) == 1


@pytest.mark.parametrize("fault", ["reset-before", "reset-after"])
async def test_a_read_survives_a_cut_connection(
    sandbox_url: str, state_store: StateStore, fault: str
) -> None:
    async with client_of(sandbox_url, state_store) as client:
        await client.me()
        await arm(sandbox_url, fault, "GET")
        answer = await client.me()
    assert (answer.value.username, answer.meta.tries) == ("salon", 2)


async def test_a_huge_answer_is_refused(sandbox_url: str, state_store: StateStore) -> None:
    async with client_of(sandbox_url, state_store, max_answer_bytes=100_000) as client:
        await arm(sandbox_url, "huge=1", "GET")
        with pytest.raises(VendorProtocolError, match="larger than 100000 bytes"):
            await client.me()


async def test_a_plain_server_behind_https_is_a_tls_error_told_once(
    sandbox_url: str, state_store: StateStore
) -> None:
    async with client_of(sandbox_url.replace("http:", "https:"), state_store) as client:
        with pytest.raises(VendorUnreachableError, match="no secure connection") as caught:
            await client.me()
    assert (caught.value.retryable, caught.value.fate_unknown) == (False, False)


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """A server that accepts, reads, and says nothing."""
    writers: list[asyncio.StreamWriter] = []

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await reader.read()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v2"
    finally:
        server.close()
        for writer in writers:
            writer.close()
        await server.wait_closed()


async def test_a_server_that_never_answers_is_a_time_out(state_store: StateStore) -> None:
    async with silent_server() as url, client_of(url, state_store, timeout=0.05) as client:
        with pytest.raises(VendorError, match="no answer in time") as caught:
            await client.me()
    assert caught.value.code == "vendor_timeout"


async def test_connections_are_used_again_and_opened_again_after_closing(
    sandbox_url: str, state_store: StateStore
) -> None:
    client = client_of(sandbox_url, state_store)
    await client.me()
    await client.aclose()
    await client.aclose()
    assert (await client.me()).value.username == "salon"
    await client.aclose()
