"""Writes the log of the API's requests: in batches, in a thread of its own, never in the way of an answer."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from askpro_cli.base.errors import RecordsError
from askpro_cli.platform.api_requests import Asked, prune_requests, write_requests
from askpro_cli.platform.api_tokens import note_use
from askpro_cli.platform.records import Records
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.platform.transaction_watch import EventLog

_MOST_WAITING = 5000
_BATCH = 500
_PAUSE_SECONDS = 0.5
"""How long a request may wait for others to be written with it."""

_AGAIN_SECONDS = 5.0
_PRUNE_SECONDS = 3600.0
_FIRST_PRUNE_SECONDS = 60.0
_MINUTE = 60.0
REFUSED_A_MINUTE = 60
"""More requests without a good token are not written down: a flood would push out what matters."""


class RequestLog:
    """The log of one process. Bounded: what does not fit is counted in ``dropped``, the rest in ``written``.

    Args:
        records: of the platform.
        log: of the daemon; told when nothing can be written.
        keep_days: how long requests are kept.
        monotonic: seconds that never run backwards.
    """

    def __init__(
        self,
        records: Records,
        log: EventLog,
        *,
        keep_days: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._records = records
        self._log = log
        self._keep_days = keep_days
        self._monotonic = monotonic
        self._waiting: deque[Asked] = deque()
        self._used: deque[int] = deque()
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._prune_at = monotonic() + _FIRST_PRUNE_SECONDS
        self._minute = (0.0, 0)
        self._failing = False
        self.dropped = 0
        self.written = 0

    def start(self) -> None:
        """Start its thread."""
        self._thread = threading.Thread(target=self._run, name="askpro-request-log", daemon=True)
        self._thread.start()

    def add(self, asked: Asked, *, only_use: bool = False) -> None:
        """Have a request written down; never waits, never raises. Called from one thread only.

        Args:
            asked: the request.
            only_use: no row for it, only that its token was used.
        """
        if only_use:
            if asked.token_id is not None:
                self._used.append(asked.token_id)
                self._wake.set()
            return
        if asked.token_id is None and not self._room_for_a_refused_one():
            self.dropped += 1
            return
        if len(self._waiting) >= _MOST_WAITING:
            self.dropped += 1
            return
        self._waiting.append(asked)
        self._wake.set()

    def close(self, seconds: float) -> bool:
        """Write what waits, for at most *seconds*; True when nothing was left. Blocks."""
        self._ending.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(seconds)
        return not self._waiting

    def _room_for_a_refused_one(self) -> bool:
        begun, count = self._minute
        now = self._monotonic()
        if now - begun >= _MINUTE:
            begun, count = now, 0
        self._minute = (begun, count + 1)
        return count < REFUSED_A_MINUTE

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wake.wait(max(0.0, self._prune_at - self._monotonic()))
            self._wake.clear()
            self._ending.wait(_PAUSE_SECONDS)
            if not self._write_all():
                self._ending.wait(_AGAIN_SECONDS)
                self._wake.set()
        self._write_all()

    def _write_all(self) -> bool:
        """Write what waits; False when the records cannot be written."""
        while self._waiting or self._used:
            batch = [self._waiting[place] for place in range(min(_BATCH, len(self._waiting)))]
            used = {self._used.popleft() for _ in range(len(self._used))}
            try:
                self._records.run_in_transaction(_writing(batch, used), context="write the log of requests")
            except RecordsError as error:
                self._tell(error)
                return False
            for _ in batch:
                self._waiting.popleft()
            self.written += len(batch)
            self._failing = False
        return self._prune()

    def _prune(self) -> bool:
        if self._monotonic() < self._prune_at or self._ending.is_set():
            return True
        try:
            while self._records.run_in_transaction(
                lambda session: prune_requests(session, keep_days=self._keep_days),
                context="prune the log of requests",
            ):
                if self._ending.is_set():
                    return True
        except RecordsError as error:
            self._tell(error)
            return False
        self._prune_at = self._monotonic() + _PRUNE_SECONDS
        return True

    def _tell(self, error: RecordsError) -> None:
        """Say once that nothing can be written."""
        if not self._failing:
            self._log.event("request_log.failed", level="warning", reason=error.message)
        self._failing = True


def _writing(batch: list[Asked], more_used: set[int]) -> Callable[[TenantSession], None]:
    used = sorted(more_used | {asked.token_id for asked in batch if asked.token_id is not None})

    def write(session: TenantSession) -> None:
        write_requests(session, batch)
        note_use(session, used)

    return write
