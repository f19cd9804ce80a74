"""What a process has claimed and not settled: for its heartbeat, and to give back at its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence

from askpro_cli.webhooks.worker.claims import Claim


class Holding:
    """The claims of a process; for all its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._renewed: dict[Claim, float] = {}
        self._begun: dict[Claim, float] = {}

    def __len__(self) -> int:
        return len(self._renewed)

    def __contains__(self, claim: Claim) -> bool:
        return claim in self._renewed

    def add(self, claims: Iterable[Claim]) -> None:
        """Hold claims from now on."""
        now = time.monotonic()
        with self._lock:
            self._renewed.update(dict.fromkeys(claims, now))

    def begin(self, claims: Iterable[Claim]) -> None:
        """Note that a handler is at them."""
        now = time.monotonic()
        with self._lock:
            self._begun.update(dict.fromkeys(claims, now))

    def rest(self, claims: Iterable[Claim]) -> None:
        """Note that no handler is at them after all; they wait."""
        with self._lock:
            for claim in claims:
                self._begun.pop(claim, None)

    def drop(self, claims: Iterable[Claim]) -> None:
        """Hold claims no longer: they are settled, given back or lost."""
        with self._lock:
            for claim in claims:
                self._renewed.pop(claim, None)
                self._begun.pop(claim, None)

    def to_renew(self, older: float, handler_seconds: float) -> list[Claim]:
        """Return what was not renewed for *older* seconds, but for what a handler has had for too long."""
        now = time.monotonic()
        with self._lock:
            return [
                claim
                for claim, renewed in self._renewed.items()
                if now - renewed > older and now - self._begun.get(claim, now) <= handler_seconds
            ]

    def renewed(self, claims: Sequence[Claim]) -> None:
        """Note that the leases of *claims* are new; what was dropped meanwhile stays so."""
        now = time.monotonic()
        with self._lock:
            for claim in claims:
                if claim in self._renewed:
                    self._renewed[claim] = now
