"""One stored event to a URL as it once came, and what its answer means."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

import httpx

from askpro_cli.base.errors import AskproError
from askpro_cli.webhooks.arrivals import Secret
from askpro_cli.webhooks.inbox.headers import MASK, is_sensitive, unpacked
from askpro_cli.webhooks.providers.known import provider_of
from askpro_cli.webhooks.replay import states
from askpro_cli.webhooks.replay.items import Outcome

REPLAY_OF = b"X-Askpro-Replay-Of"
REPLAY_JOB = b"X-Askpro-Replay-Job"

_OF_THE_CONNECTION = frozenset(
    b"host content-length connection keep-alive proxy-connection te trailer transfer-encoding upgrade"
    b" expect accept-encoding proxy-authenticate proxy-authorization"
    b" x-askpro-replay-of x-askpro-replay-job".split()
)
"""Headers that belong to the one connection the event once came over, and our own marks."""

_TRIES = 3
_PUT_OFF = (429, 503)
_LONGEST_PUT_OFF = 30.0
_REST_BYTES = 65_536
_REST_SECONDS = 2.0


class Stored(NamedTuple):
    """A stored event that is to be sent.

    Args:
        item_id: of the replay.
        attempt: which one of the item.
        event_id: its row.
        source: whose it is.
        headers: as they are kept.
        body: as it came.
    """

    item_id: int
    attempt: int
    event_id: int
    source: str
    headers: bytes | None
    body: bytes


class Target(NamedTuple):
    """Where and how a replay sends.

    Args:
        url: to this address.
        job_id: of which replay.
        resign: sign anew with the first of *secrets_of* a source.
        secrets_of: our secrets of a source.
        now_ms: the time a signature tells, milliseconds since 1970 UTC.
    """

    url: str
    job_id: int
    resign: bool
    secrets_of: Callable[[str], Sequence[Secret]]
    now_ms: Callable[[], int]


async def send(client: httpx.AsyncClient, target: Target, stored: Stored) -> Outcome:
    """Send one event and return what became of it; it raises nothing but a cancellation.

    A receiver that puts us off (429, 503) has not taken it: it is asked up to three times. An answer that
    never came leaves the item unknown, for it may have arrived.
    """
    try:
        headers = request_headers(target, stored)
    except AskproError as error:
        return Outcome(states.FAILED, error.message)
    outcome, pause = await _once(client, target.url, headers, stored.body)
    for _ in range(_TRIES - 1):
        if pause is None:
            break
        await asyncio.sleep(pause)
        outcome, pause = await _once(client, target.url, headers, stored.body)
    return outcome


def request_headers(target: Target, stored: Stored) -> list[tuple[bytes, bytes]]:
    """Return the headers an event is sent with: those it came with, and ours.

    What belonged to the connection and what was masked is left out; ``--resign`` replaces the signature.

    Raises:
        ConfigError: it is to be signed and we have no secret of its source.
    """
    signed = _signature(target, stored) if target.resign else []
    left_out = _OF_THE_CONNECTION | {name.lower() for name, _ in signed}
    if target.resign:
        left_out |= set(provider_of(stored.source).signature_headers)
    kept = [
        (name, value)
        for name, value in unpacked(stored.headers)
        if name.lower() not in left_out and not (value == MASK and is_sensitive(name))
    ]
    marks = [(REPLAY_OF, str(stored.event_id).encode()), (REPLAY_JOB, str(target.job_id).encode())]
    return [*kept, *signed, *marks]


def _signature(target: Target, stored: Stored) -> list[tuple[bytes, bytes]]:
    secrets = target.secrets_of(stored.source)
    if not secrets:
        message = f"no secret of {stored.source} is configured to sign with"
        raise AskproError(message)
    event_id = _webhook_id(stored.headers)
    made = provider_of(stored.source).sign(stored.body, secrets[0].value, target.now_ms(), event_id)
    return [(name.encode(), value.encode()) for name, value in made]


def _webhook_id(headers: bytes | None) -> str | None:
    """Return the id a sender of Standard Webhooks gave: signed anew it is still the same event."""
    found = next((value for name, value in unpacked(headers) if name.lower() == b"webhook-id"), None)
    return None if found is None else found.decode("latin-1")


async def _once(
    client: httpx.AsyncClient, url: str, headers: Sequence[tuple[bytes, bytes]], body: bytes
) -> tuple[Outcome, float | None]:
    """Send once; the second is how long to wait before it may be sent again, None: it may not."""
    timeout = {"timeout": client.timeout.as_dict()}
    try:
        request = httpx.Request("POST", url, headers=list(headers), content=body, extensions=timeout)
        async with asyncio.timeout(_longest(client)):  # httpx limits each read, not all of them together
            response = await client.send(request, stream=True)
    except TimeoutError:
        return Outcome(states.UNKNOWN, "the answer was lost, it may have arrived: no answer in time"), None
    except (httpx.InvalidURL, httpx.LocalProtocolError):  # nothing was sent
        return Outcome(states.FAILED, "could not be sent: no request that HTTP allows"), None
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
        return Outcome(states.FAILED, f"could not be sent: {_words(error)}"), None
    except httpx.HTTPError as error:
        return Outcome(states.UNKNOWN, f"the answer was lost, it may have arrived: {_words(error)}"), None
    await _pass_over(response)
    return _judge(response), _put_off(response)


def _longest(client: httpx.AsyncClient) -> float:
    """Return the longest time that one request may take, in seconds."""
    return (client.timeout.connect or 0.0) + (client.timeout.read or 0.0)


async def _pass_over(response: httpx.Response) -> None:
    """Read the rest of an answer, where it is short, so that its connection can be used again.

    What it says beside its status is nobody's business, and it counts already.
    """
    size = 0
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(_REST_SECONDS):
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > _REST_BYTES:
                    break
    await response.aclose()


def _judge(response: httpx.Response) -> Outcome:
    status = response.status_code
    if response.is_success:
        return Outcome(states.ITEM_DONE, None, status)
    if response.is_redirect:
        return Outcome(states.FAILED, f"answered {status}: a redirect is not followed", status)
    return Outcome(states.FAILED, f"answered {status}", status)


def _put_off(response: httpx.Response) -> float | None:
    """Return the seconds a receiver asks to wait; None where it does not, or asks for too many."""
    if response.status_code not in _PUT_OFF:
        return None
    asked = response.headers.get("retry-after", "1")
    seconds = float(asked) if asked.isascii() and asked.isdigit() else 1.0
    return seconds if seconds <= _LONGEST_PUT_OFF else None


def _words(error: Exception) -> str:
    """Return the kind of an error in words: its text may hold an address with a token in it."""
    words: dict[type[Exception], str] = {
        httpx.ConnectError: "no connection",
        httpx.ConnectTimeout: "no connection in time",
        httpx.PoolTimeout: "no connection free",
        httpx.ReadTimeout: "no answer in time",
        httpx.WriteTimeout: "it took too long to send",
        httpx.ReadError: "the connection broke",
        httpx.WriteError: "the connection broke",
        httpx.RemoteProtocolError: "the connection was closed, or this is no HTTP",
    }
    return words.get(type(error), type(error).__name__)
