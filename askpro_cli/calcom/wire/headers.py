"""What the head of an answer says: request id, rate limit windows, time to wait, the vendor's clock.

``X-RateLimit-Limit-Default``, ``…-Remaining-Default`` and ``…-Reset-Default`` come with every answer; the
last part names the window, a key may have several. Reset is seconds to go, not a Unix time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from askpro_cli.resilience.budget import RateWindow

_PREFIX = "x-ratelimit-limit-"
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """The head of an answer, read once."""

    request_id: str | None = None
    rate: tuple[RateWindow, ...] = ()
    retry_after: float | None = None
    date: datetime | None = None


def read_head(headers: Mapping[str, str], status: int) -> AnswerHead:
    """Return what *headers* (names in lower case or a case-blind mapping) say.

    A 429 without ``Retry-After`` waits for the longest window that has nothing left.
    """
    rate = tuple(_windows(headers))
    advice = _seconds(headers.get("retry-after"), _date(headers.get("date")))
    if advice is None and status == 429:  # noqa: PLR2004 - Too Many Requests
        advice = max((window.reset_seconds for window in rate if window.remaining <= 0), default=None)
    return AnswerHead(headers.get("x-request-id"), rate, advice, _date(headers.get("date")))


def _windows(headers: Mapping[str, str]) -> Iterator[RateWindow]:
    for header in headers:
        name = header.lower()
        if not name.startswith(_PREFIX):
            continue
        suffix = name.removeprefix(_PREFIX)
        numbers = [
            _number(headers.get(f"x-ratelimit-{part}-{suffix}")) for part in ("limit", "remaining", "reset")
        ]
        limit, remaining, reset = numbers
        if limit is not None and remaining is not None and reset is not None:
            yield RateWindow(suffix, int(limit), int(remaining), reset)


def _number(text: str | None) -> float | None:
    """Return a plain non-negative number; anything else is ignored, headers are advice."""
    stripped = (text or "").strip()
    plain = stripped.isascii() and stripped.isdigit() and len(stripped) <= _MOST_DIGITS
    return float(stripped) if plain else None


def _seconds(text: str | None, vendor_now: datetime | None) -> float | None:
    """Read ``Retry-After``: seconds, or a date, judged by the clock of the vendor that wrote it.

    A date from a vendor that does not tell its clock is no advice: this machine's may differ by any time.
    """
    number = _number(text)
    until = None if number is not None else _date(text)
    if until is None or vendor_now is None:
        return number
    return max(0.0, (until - vendor_now).total_seconds())


def _date(text: str | None) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text) if text else None
        if moment is None:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
