"""What the live suite needs: a client on a real account, marks on everything it makes, and a broom."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from askpro_cli.base.clock import SystemClock
from askpro_cli.base.redaction import fingerprint
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Booking
from askpro_cli.calcom.wire.transport import CalcomTransport
from askpro_cli.resilience.policy import Policy, PolicySettings
from askpro_cli.state.store import StateStore
from support.contract.exchange import exchange_of
from support.contract.sources import rules

BASE_URL = "ASKPRO_LIVE_CALCOM_BASE_URL"
API_KEY = "ASKPRO_LIVE_CALCOM_API_KEY"
EVENT_TYPE = "ASKPRO_LIVE_CALCOM_EVENT_TYPE"
MARK = "askpro_live"
HOOK = "https://example.org/askpro-live/"
_STANDING = ("upcoming", "unconfirmed")


class NoAccountError(Exception):
    """The environment names no account to test against."""


@dataclass(frozen=True, repr=False)
class Account:
    """A test account: nothing in it may matter to anybody."""

    base_url: str
    key: str
    event_type: int

    @classmethod
    def from_environment(cls) -> Account:
        """Return the account the environment names.

        Raises:
            NoAccountError: a variable is missing; the message names all of them.
        """
        key = os.environ.get(API_KEY) or _content(os.environ.get(f"{API_KEY}_FILE"))
        url, number = os.environ.get(BASE_URL), os.environ.get(EVENT_TYPE, "")
        if not url or not key or not number.isdigit():
            raise NoAccountError(
                "the live test makes, moves and cancels bookings of a test account; the environment must name"
                f" it: {BASE_URL} (ends in /v2), {API_KEY} or {API_KEY}_FILE, and {EVENT_TYPE} (the id of an"
                " event type of one length that asks for name and e-mail only); see docs/development.md"
            )
        return cls(url, key, int(number))

    def client(self, store: StateStore, heard: Heard) -> CalcomClient:
        """Return a client; everything it hears is judged."""
        policy = Policy(
            store,
            vendor="calcom",
            key_id=fingerprint(self.key),
            settings=PolicySettings(),
            clock=SystemClock(),
            run_id="live",
            company="live",
        )
        return CalcomClient(CalcomTransport(self.base_url, self.key, transport=heard), policy)


def _content(path: str | None) -> str:
    return Path(path).read_text(encoding="utf-8").strip() if path else ""


@dataclass
class Heard(httpx.AsyncBaseTransport):
    """httpx on the real network that holds every answer to the contract."""

    problems: list[str] = field(default_factory=list)
    _inner: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the answer is read before it is handed on."""
        answer = await self._inner.handle_async_request(request)
        raw = b"".join([part async for part in answer.aiter_raw()])
        whole = httpx.Response(answer.status_code, headers=answer.headers, content=raw, request=request)
        self.problems += map(str, rules().breaches(exchange_of(request, whole.status_code, whole.content)))
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(raw), request=request
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


@dataclass
class Left:
    """What the live suite left behind somewhere, and a broom took away."""

    bookings: list[str] = field(default_factory=list)
    webhooks: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.bookings or self.webhooks)


async def sweep(client: CalcomClient, account: Account) -> Left:
    """Cancel every booking and delete every webhook of this and earlier live runs, known by their marks."""
    left = Left()
    wanted = BookingFilter(status=_STANDING, event_type_ids=(account.event_type,))
    for booking in _marked((await client.bookings(wanted)).value.bookings):
        await client.cancel(booking.uid, "left behind by a live test")
        left.bookings.append(booking.uid)
    for hook in (await client.webhooks.list()).value:
        if hook.subscriber_url.startswith(HOOK):
            await client.webhooks.delete(str(hook.id))
            left.webhooks.append(str(hook.id))
    return left


def _marked(bookings: list[Booking]) -> Iterator[Booking]:
    return (booking for booking in bookings if MARK in booking.metadata)
