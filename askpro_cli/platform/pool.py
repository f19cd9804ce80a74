"""The connections a process keeps to the records: how many, for how long, and what became of them.

Counts live as long as the engine; they are handed to the shared state at the end of a run, like those of the
transactions, so that monitoring sees all processes.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection, QueuePool, event
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import Pool

from askpro_cli.state.store import StateStore

NAMESPACE = "_records"
"""Of the state store, beside the counts of transactions."""

_COUNTS = "pool:"


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How many connections a process keeps, and how they are kept well.

    Args:
        size: connections that stay open once they were needed.
        overflow: how many more are opened while all are in use; they are closed when given back.
        timeout: longest wait for a connection in seconds.
        recycle: age in seconds at which a connection is replaced before its next use.
        pre_ping: test a connection to a server before each use (SQLite needs none): it is asked for a sign of
            life, unless it was in use a moment ago and its server has not closed it since.
    """

    size: int = 5
    overflow: int = 10
    timeout: float = 30.0
    recycle: float = 1800.0
    pre_ping: bool = True


@dataclass(frozen=True, slots=True)
class PoolFigures:
    """What the pool of one process looks like now, and what it did so far.

    Args:
        size: connections that may stay open.
        limit: the most there may be at once.
        checked_out: in use.
        idle: open and free.
        overflow: open beyond *size*.
        connects: opened since the start.
        waits: how often somebody found all of them in use.
        waited_ms: how long these waited, in sum.
        timeouts: how many of them waited in vain.
        invalidated: found dead and replaced.
    """

    size: int
    limit: int
    checked_out: int
    idle: int
    overflow: int
    connects: int
    waits: int
    waited_ms: int
    timeouts: int
    invalidated: int


class CountedPool(QueuePool):
    """SQLAlchemy's pool, which also counts how often and how long somebody waited for a connection."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.counts: Counter[str] = Counter()

    @property
    def limit(self) -> int:
        """The most connections there may be at once."""
        return self.size() + self._max_overflow

    def connect(self) -> PoolProxiedConnection:
        """Return a connection, counting the wait when all are in use."""
        if self.checkedout() < self.limit:
            return super().connect()
        begun = time.monotonic()
        try:
            return super().connect()
        except PoolTimeoutError:
            self.counts["timeouts"] += 1
            raise
        finally:
            self.counts["waits"] += 1
            self.counts["waited_ms"] += round((time.monotonic() - begun) * 1000)

    def recreate(self) -> CountedPool:
        """Return a pool like this one that goes on counting (``Engine.dispose`` asks for it)."""
        fresh = super().recreate()
        assert isinstance(fresh, CountedPool)  # noqa: S101 - QueuePool makes one of its own class
        fresh.counts = self.counts
        return fresh


def pool_options(settings: PoolSettings) -> dict[str, Any]:
    """Return what an engine is created with; the keys are those of ``create_engine``."""
    return {
        "poolclass": CountedPool,
        "pool_size": settings.size,
        "max_overflow": settings.overflow,
        "pool_timeout": settings.timeout,
        "pool_recycle": settings.recycle,
        "pool_reset_on_return": None,  # liveness.reset_what_is_open does it
    }


def count_connections(engine: Engine) -> None:
    """Count from now on what the engine opens and finds dead."""
    counts = _pool(engine).counts

    def counted(name: str) -> Any:
        def count(*_: Any) -> None:
            counts[name] += 1

        return count

    event.listen(engine, "connect", counted("connects"))
    event.listen(engine, "invalidate", counted("invalidated"))
    event.listen(engine, "soft_invalidate", counted("invalidated"))


def pool_figures(engine: Engine) -> PoolFigures:
    """Return what the pool of *engine* looks like now."""
    pool = _pool(engine)
    return PoolFigures(
        size=pool.size(),
        limit=pool.limit,
        checked_out=pool.checkedout(),
        idle=pool.checkedin(),
        overflow=max(0, pool.overflow()),
        connects=pool.counts["connects"],
        waits=pool.counts["waits"],
        waited_ms=pool.counts["waited_ms"],
        timeouts=pool.counts["timeouts"],
        invalidated=pool.counts["invalidated"],
    )


def flush_pool(engine: Engine, store: StateStore) -> None:
    """Add what was counted so far to the shared state, and count anew.

    Raises:
        StateError: the store cannot be used; the counts are kept.
    """
    counts = _pool(engine).counts
    told = {f"{_COUNTS}{name}": count for name, count in counts.items() if count}
    if told:
        store.for_namespace(NAMESPACE).increment_many(told)
        counts.clear()


def pool_counts(store: StateStore) -> dict[str, int]:
    """Return the counts of all runs since the state store was created, those that are 0 included.

    Raises:
        StateError: the store cannot be used.
    """
    found = store.for_namespace(NAMESPACE).counters(_COUNTS)
    names = ("connects", "waits", "waited_ms", "timeouts", "invalidated")
    return {name: found.get(f"{_COUNTS}{name}", 0) for name in names}


def _pool(engine: Engine) -> CountedPool:
    pool: Pool = engine.pool
    assert isinstance(pool, CountedPool)  # noqa: S101 - open_engine makes no other
    return pool
