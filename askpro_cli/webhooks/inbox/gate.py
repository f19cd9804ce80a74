"""The Redis gate in front of the database: it knows what is stored, and never answers alone.

The value of a key is ``pending`` until the commit of whoever set it, then ``stored`` with the event's id and
the hash of its body. Only *stored* says that an event is there: a process that dies between the two leaves a
*pending* that nobody takes for an answer, and the database decides. Every event goes to the database, where
duplicates are counted and wake what failed; what the gate adds is the right answer to a duplicate while the
database cannot be reached. Redis gone, slow or full: the database stands alone.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import URL

from askpro_cli.base.errors import StateError
from askpro_cli.webhooks.arrivals import Admitted, Stored
from askpro_cli.webhooks.inbox.options import GateHealth
from askpro_cli.webhooks.inbox.rows import body_hash_of, key_hash_of

STORED_SECONDS = 86_400
"""How long Redis knows what is stored; the database knows it for good."""
PENDING_SECONDS = 60
_ANSWER_SECONDS = 0.25
_PAUSE_SECONDS = 5.0
"""How long the database stands alone after Redis failed."""

_HERE = (None, "", "localhost", "127.0.0.1", "::1")
"""Hosts of databases that are on this machine; a file has none."""

_ENTER = """
local found = {}
for number, key in ipairs(KEYS) do
    local value = redis.call('GET', key)
    if not value then
        redis.call('SET', key, 'pending', 'NX', 'EX', ARGV[1])
    end
    found[number] = value
end
return found
"""
_SETTLE = """
for number, key in ipairs(KEYS) do
    redis.call('SET', key, ARGV[number + 1], 'EX', ARGV[1])
end
"""


class Gate(Protocol):
    """What the committer asks before a commit and tells after it."""

    def enter(self, batch: Sequence[Admitted]) -> list[Stored | None]:
        """Return what each event is a duplicate of, None where that is not known; never raises."""
        ...

    def settle(self, batch: Sequence[Admitted], outcomes: Sequence[object]) -> None:
        """Remember what is stored now; never raises."""
        ...

    def health(self) -> GateHealth | None:
        """Return how it is, None without one."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class OpenGate:
    """No gate: without Redis the database stands alone."""

    def enter(self, batch: Sequence[Admitted]) -> list[Stored | None]:
        """Know nothing."""
        return [None] * len(batch)

    def settle(self, batch: Sequence[Admitted], outcomes: Sequence[object]) -> None:
        """Remember nothing."""

    def health(self) -> GateHealth | None:
        """Return None."""
        return None

    def close(self) -> None:
        """Do nothing."""


class RedisGate:
    """The gate over Redis, for the committer's thread: one question before a commit, one word after it.

    Args:
        url: of Redis.
        database: of the records; two databases behind one Redis never answer for each other.
    """

    def __init__(self, url: str, database: URL) -> None:
        from askpro_cli.state.redis_connection import RedisConnection  # 6 MB, for those who have Redis

        self._connection = RedisConnection(_impatient(url))
        self._prefix = f"askpro:webhooks:{sha256(_place(database).encode()).hexdigest()[:12]}:"
        self._resume_at = 0.0
        self._error: str | None = None

    def enter(self, batch: Sequence[Admitted]) -> list[Stored | None]:
        """Return what each event is a duplicate of, and mark the others as pending."""
        nothing: list[Stored | None] = [None] * len(batch)
        if time.monotonic() < self._resume_at:
            return nothing
        found = self._told(_ENTER, [self._key(one) for one in batch], PENDING_SECONDS)
        if not isinstance(found, list):
            return nothing
        values = found + [None] * (len(batch) - len(found))  # Lua ends a list at its first hole
        return [_duplicate(one, value) for one, value in zip(batch, values, strict=True)]

    def settle(self, batch: Sequence[Admitted], outcomes: Sequence[object]) -> None:
        """Turn *pending* into *stored* for what was committed; of a conflict the first body stays the one."""
        stored = {
            self._key(one): _value(one, outcome)
            for one, outcome in zip(batch, outcomes, strict=True)
            if isinstance(outcome, Stored) and not outcome.conflict
        }
        if stored and time.monotonic() >= self._resume_at:
            self._told(_SETTLE, list(stored), STORED_SECONDS, *stored.values())

    def health(self) -> GateHealth | None:
        """Return whether it works."""
        return GateHealth(ok=self._error is None, error=self._error)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _key(self, admitted: Admitted) -> str:
        return self._prefix + key_hash_of(admitted.arrival.source, admitted.identity.key)

    def _told(self, script: str, keys: Sequence[str], *values: str | int) -> object:
        """Return what a script answers, None when Redis does not; then leave it alone for a while."""
        try:
            answer = self._connection.run(script, keys, *values)
        except StateError as error:
            self._error = error.message
            self._resume_at = time.monotonic() + _PAUSE_SECONDS
            return None
        self._error = None
        return answer


def _place(database: URL) -> str:
    """Return which database it is; one of this machine has the machine's name, for others have its like."""
    machine = f"{socket.gethostname()} " if database.host in _HERE else ""
    return f"{machine}{database.host}:{database.port}/{database.database}"


def _value(admitted: Admitted, stored: Stored) -> str:
    body_hash = body_hash_of(admitted.arrival.body)
    return f"stored {stored.event_id} {body_hash} {stored.correlation_id}"


def _duplicate(admitted: Admitted, value: bytes | None) -> Stored | None:
    """Return what a value of Redis says about an event; None unless it is stored with the same body."""
    words = (value or b"").decode("ascii", "replace").split(" ")
    match words:
        case ["stored", event_id, body_hash, correlation_id] if event_id.isdigit():
            if body_hash != body_hash_of(admitted.arrival.body):
                return None  # the database has to note the conflict
            return Stored(int(event_id), duplicate=True, correlation_id=correlation_id)
    return None


def _impatient(url: str) -> str:
    """Return the URL with a short wait for answers, unless it names one itself."""
    if "socket_timeout" in parse_qs(urlsplit(url).query):
        return url
    limits = f"socket_timeout={_ANSWER_SECONDS}&socket_connect_timeout={_ANSWER_SECONDS}"
    return f"{url}{'&' if '?' in url else '?'}{limits}"
