"""``/api/health/calcom``: whether Cal.com answers each company, kept for half a minute."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import NotFoundError
from askpro_cli.base.times import iso_utc
from askpro_cli.server.api.call import Call
from askpro_cli.server.api.needs import CalcomHealth

KEPT_SECONDS = 30.0
"""A monitor that asks every second must not use up the companies' request budgets."""


class CalcomProbe:
    """Asks once for all who want to know meanwhile, and again when the answer is too old. For one event loop.

    Args:
        ask: the shell's probe.
        clock: tells how old an answer is.
    """

    def __init__(self, ask: CalcomHealth, clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = asyncio.Lock()
        self._kept: dict[str, Any] | None = None
        self._asked_at = 0.0

    async def document(self) -> dict[str, Any]:
        """Return how Cal.com is for each company."""
        async with self._lock:
            if self._kept is None or self._age() >= KEPT_SECONDS:
                found = list(await self._ask())
                self._asked_at = self._clock.monotonic()
                self._kept = {
                    "status": "ok" if all(one["status"] == "ok" for one in found) else "degraded",
                    "checked_at": iso_utc(self._clock.now()),
                    "companies": found,
                }
            return self._kept | {"age_seconds": round(self._age(), 1)}

    def _age(self) -> float:
        return self._clock.monotonic() - self._asked_at


async def health_calcom(call: Call) -> Response:
    """Answer how Cal.com is for each company; 200 whatever it is.

    Raises:
        NotFoundError: this daemon was not told how to ask.
    """
    if call.api.calcom is None:
        raise NotFoundError("this daemon cannot ask Cal.com", hint="askpro doctor")
    return call.answer(await call.api.calcom.document())
