"""Single flight: many processes ask the same question at once, one of them asks the vendor.

The first takes a lock and does the work; the others read what it leaves behind. A leader that dies
leaves a lock that expires, and another takes over. A leader that fails leaves its error under its lock's
token, so that only those who waited for that very flight get it.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from askpro_cli.base.errors import AskproError, StateError, UnknownError
from askpro_cli.resilience.retrying import Sleep
from askpro_cli.resilience.shared_errors import pack, unpack
from askpro_cli.resilience.threads import hop
from askpro_cli.state.store import Lock, StateStore

T = TypeVar("T")

_ERROR_KEPT_FOR = 30.0
_SLOWEST_POLL = 0.5
_RENEWALS = 3


@dataclass(frozen=True, slots=True)
class Flight(Generic[T]):
    """The answer; ``leader`` tells whether this caller did the work itself."""

    value: T
    leader: bool


@dataclass(frozen=True, slots=True)
class _Found(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Somebody else works under the lock with this token."""

    token: str | None


async def single_flight(
    store: StateStore,
    key: str,
    *,
    ttl: float,
    read: Callable[[], T | None],
    work: Callable[[], Awaitable[T]],
    poll: float = 0.02,
    max_wait: float = 60.0,
    sleep: Sleep | None = None,
    rng: Callable[[], float] = random.random,
) -> Flight[T]:
    """Answer from what is there, or do *work* once for all who ask at the same time, in all processes.

    Args:
        store: the state store of those who may share the answer.
        key: names the question.
        ttl: seconds after which a dead leader's lock expires; a living one renews it.
        read: returns what *work* leaves behind, None when it is not there; runs in a thread.
        work: asks the vendor, stores the answer where *read* finds it, and returns it.
        poll: seconds before the first look of a waiting caller; it grows to half a second.
        max_wait: seconds to wait for somebody else's work.
        sleep: waits the given seconds; asyncio's by default.
        rng: random numbers from 0 to 1, which keep waiting callers apart.

    Raises:
        UnknownError: others were at work for longer than *max_wait*.
        AskproError: the error of the leader this caller waited for.

    When the state store is gone, every caller does the work itself: somebody is on the phone.
    """
    queue = _Queue(store, f"flight:{key}", ttl, read)
    waited, pause, token = 0.0, poll, None
    while True:
        answer = await _look(queue, token)
        if isinstance(answer, _Found):
            return Flight(answer.value, leader=False)
        if not isinstance(answer, _Waiting):
            return Flight(await _lead(queue, answer, work), leader=True)
        if waited >= max_wait:
            raise _gave_up(key, waited)
        token = answer.token
        seconds = pause * (0.5 + rng())
        await (sleep or _asyncio_sleep)(seconds)
        waited, pause = waited + seconds, min(pause * 1.5, _SLOWEST_POLL)


class _Queue(Generic[T]):
    """One question's lock and errors in the state store; synchronous."""

    def __init__(self, store: StateStore, name: str, ttl: float, read: Callable[[], T | None]) -> None:
        self.store = store
        self.name = name
        self.ttl = ttl
        self._read = read

    def look(self, token: str | None) -> _Found[T] | _Waiting | Lock:
        """Return the answer, whom to wait for, or the lock that makes us the leader.

        Args:
            token: of the leader this caller has waited for.

        Raises:
            AskproError: that leader failed.
        """
        value = self._read()
        if value is not None:
            return _Found(value)
        self._raise_error_of(token)
        holder = self.store.locked(self.name)  # a read: a hundred that wait must not queue up for writing
        lock = None if holder else self.store.acquire(self.name, ttl=self.ttl)
        if lock is None:
            return _Waiting(holder or self.store.locked(self.name))
        return self._unless_answered(lock, token)

    def _unless_answered(self, lock: Lock, token: str | None) -> _Found[T] | Lock:
        """Look once more under the lock: the last leader may have finished or failed just before."""
        try:
            value = self._read()
            if value is None:
                self._raise_error_of(token)
                return lock
        except BaseException:
            self.store.release(lock)
            raise
        self.store.release(lock)
        return _Found(value)

    def fail(self, lock: Lock, error: AskproError) -> None:
        """Leave the leader's error for those who wait for it."""
        self.store.set(self._error_key(lock.token), pack(error), ttl=_ERROR_KEPT_FOR)

    def _raise_error_of(self, token: str | None) -> None:
        raw = self.store.get(self._error_key(token)) if token else None
        error = unpack(raw) if raw else None
        if error is not None:
            raise _Shared(error)

    def _error_key(self, token: str) -> str:
        return f"{self.name}:error:{token}"


class _Shared(Exception):  # noqa: N818 - not an error of its own, it carries a leader's out of a thread
    """The leader's error, told apart from an error of this caller's own look."""

    def __init__(self, error: AskproError) -> None:
        super().__init__(error.message)
        self.error = error


async def _look(queue: _Queue[T], token: str | None) -> _Found[T] | _Waiting | Lock | None:
    """Look in a thread; None when the state store is gone."""

    def give_back(answer: _Found[T] | _Waiting | Lock) -> None:
        if isinstance(answer, Lock):
            queue.store.release(answer)

    try:
        return await hop(lambda: queue.look(token), undo=give_back)
    except _Shared as shared:
        raise shared.error from None
    except StateError:
        return None


async def _lead(queue: _Queue[T], lock: Lock | None, work: Callable[[], Awaitable[T]]) -> T:
    """Do the work; without a lock (no state store) nobody can be told."""
    if lock is None:
        return await work()
    async with held(queue.store, lock):
        try:
            return await work()
        except AskproError as error:
            with suppress(StateError):
                await hop(partial(queue.fail, lock, error))
            raise


@asynccontextmanager
async def held(store: StateStore, lock: Lock) -> AsyncIterator[None]:
    """Keep a lock as long as the block runs, and give it back after it, however it ends."""
    import asyncio

    async def renew() -> None:
        while True:
            await asyncio.sleep(lock.ttl / _RENEWALS)
            with suppress(StateError):
                await hop(lambda: store.renew(lock, ttl=lock.ttl))

    renewal = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewal.cancel()
        with suppress(asyncio.CancelledError):
            await renewal
        with suppress(StateError):
            await hop(lambda: store.release(lock))


def _gave_up(key: str, waited: float) -> UnknownError:
    return UnknownError(
        f"another process asks the same ({key}) and was not through after {waited:.0f} s",
        hint="try again, and look at `askpro breaker status`",
        subject=key,
    )


async def _asyncio_sleep(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(seconds)
