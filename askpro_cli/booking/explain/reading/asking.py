"""Asking the vendor at most three times for one explanation, and noting what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import (
    AskproError,
    RequestCapError,
    UnknownError,
    VendorAuthError,
    VendorNotFoundError,
)
from askpro_cli.base.times import human_span
from askpro_cli.booking.explain.facts import FAILED, LIVE, NOT_ASKED, Source
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.outcome import Answer

T = TypeVar("T")

MOST_REQUESTS = 3
"""Of one explanation, further tries of a call that failed included; the policy is held to the same number."""

_FORBIDDEN = 403
_NOTICEABLE = 5.0
"""Seconds by which the vendor's clock must differ from ours to count instead of it."""


class Asking:
    """The requests of one explanation.

    Args:
        client: sends no more than :data:`MOST_REQUESTS`.
        clock: ours.

    ``sources`` tells of every fact where it came from or why it is missing, ``failures`` holds what went
    wrong, ``date`` the vendor's clock of its last answer.
    """

    def __init__(self, client: CalcomClient, clock: Clock) -> None:
        self.client = client
        self._clock = clock
        self.sources: dict[str, Source] = {}
        self.failures: list[AskproError] = []
        self.date: datetime | None = None

    @property
    def left(self) -> int:
        """Return how many requests may still be sent; none after the vendor failed or refused the key."""
        return 0 if self.failures else max(0, MOST_REQUESTS - self.client.requests)

    async def ask(self, what: str, request: str, call: Callable[[], Awaitable[Answer[T]]]) -> T | None:
        """Return what the vendor answers, None when it may not or cannot be asked; see :attr:`sources`.

        Args:
            what: the fact, as in :class:`Source`.
            request: as in ``GET /v2/slots``.
            call: sends it.

        Raises:
            VendorNotFoundError: there is no such thing.
            VendorAuthError: with status 403: it is somebody else's.
        """
        if not self.left:
            self.sources[what] = Source(what, NOT_ASKED, why=self._why_not(what))
            return None
        try:
            answer = await call()
        except (VendorNotFoundError, VendorAuthError) as error:
            self._note_date(error.date)
            if isinstance(error, VendorNotFoundError) or error.status == _FORBIDDEN:
                self.sources[what] = Source(what, LIVE, request, why=error.message)
                raise
            self._failed(what, request, error)
            return None
        except RequestCapError:
            cause = f"Cal.com failed, and {MOST_REQUESTS} requests are used up"
            self._failed(what, request, UnknownError(cause, subject=request))
            return None
        except AskproError as error:
            self._failed(what, request, error)
            return None
        self._note_date(answer.meta.date)
        self.sources[what] = Source(what, LIVE, request)
        return answer.value

    def now(self) -> tuple[datetime, str]:
        """Return the time and whose clock tells it: the vendor's where it differs from ours."""
        ours = self._clock.now()
        if self.date is None or abs((self.date - ours).total_seconds()) < _NOTICEABLE:
            return ours, "this machine's clock"
        ahead = "ahead of" if self.date > ours else "behind"
        apart = human_span(abs((self.date - ours).total_seconds()))
        return self.date, f"Cal.com's clock, {apart} {ahead} ours"

    def _failed(self, what: str, request: str, error: AskproError) -> None:
        self._note_date(getattr(error, "date", None))
        self.failures.append(error)
        self.sources[what] = Source(what, FAILED, request, why=f"{what}: {error.message}")

    def _why_not(self, what: str) -> str:
        if self.failures:
            return f"{what}: not asked for after that failure"
        return f"{what}: not read, a {MOST_REQUESTS + 1}th request would be needed"

    def _note_date(self, date: datetime | None) -> None:
        self.date = date or self.date
