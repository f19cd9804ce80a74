"""How a replay is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from askpro_cli.base.errors import InvalidValueError, UsageError
from askpro_cli.base.redaction import HIDDEN

HIGHEST_RATE = 10_000.0
MOST_AT_ONCE = 256
LONGEST_URL = 2000
_AT_ONCE_INSIDE = 32
_AT_ONCE_OUTWARD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """How events are replayed.

    Args:
        to: URL they are sent to; None: they are handled here again. Never from an untrusted caller: the
            program sends wherever it says.
        resign: sign anew, now, with our secret of the source (only with *to*).
        bypass_dedup: handle also what was handled, as a new event (only without *to*).
        rate: at most so many a second; None: as fast as it goes.
        concurrency: at most so many at once; None: 4 with *to*, 32 without.
    """

    to: str | None = None
    resign: bool = False
    bypass_dedup: bool = False
    rate: float | None = None
    concurrency: int | None = None

    @property
    def at_once(self) -> int:
        """How many events may be under way at once."""
        return self.concurrency or (_AT_ONCE_INSIDE if self.to is None else _AT_ONCE_OUTWARD)

    def as_dict(self) -> dict[str, Any]:
        """Return the options as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> ReplayOptions:
        """Return the options that :meth:`as_dict` wrote down."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in given.items() if name in known})


def shown_url(url: str) -> str:
    """Return a checked address for people and logs: what stands behind the ``?`` may be a token."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=HIDDEN if parts.query else "", fragment=""))


def check_options(options: ReplayOptions) -> ReplayOptions:
    """Return *options* as they are.

    Raises:
        UsageError: they contradict each other.
        InvalidValueError: a number out of bounds, or a URL that events cannot be sent to.
    """
    if options.to is not None and options.bypass_dedup:
        message = "--bypass-dedup is for events handled here; with --to the receiver decides"
        raise UsageError(message, subject="--bypass-dedup")
    if options.to is None and options.resign:
        raise UsageError("--resign needs --to: nothing is signed that is not sent", subject="--resign")
    if options.rate is not None and not 0 < options.rate <= HIGHEST_RATE:
        message = f"--rate: {options.rate:g} is not between 0 and {HIGHEST_RATE:g} a second"
        raise InvalidValueError(message, subject="--rate")
    if options.concurrency is not None and not 1 <= options.concurrency <= MOST_AT_ONCE:
        message = f"--concurrency: {options.concurrency} is not between 1 and {MOST_AT_ONCE}"
        raise InvalidValueError(message, subject="--concurrency")
    if options.to is not None:
        _check_url(options.to)
    return options


def _check_url(url: str) -> None:
    """Refuse what is no web address; one with a password in it would be kept with the job."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    plain = url.isascii() and url.isprintable() and " " not in url
    if not fits or not plain or len(url) > LONGEST_URL:
        raise InvalidValueError("--to: not a web address", subject="--to", hint="write https://host/path")
    if "@" in parts.netloc:
        message = "--to: a name or password in the address would be kept with the job"
        raise InvalidValueError(
            message, subject="--to", hint="leave it out; use --resign to prove the sender"
        )
