"""What both stores ask of keys, namespaces and times to live, so that one accepts what the other does."""

from __future__ import annotations

from collections.abc import Iterable

from askpro_cli.base.errors import InvalidValueError

MAX_KEY_BYTES = 512
"""Our own limit; Redis would take 512 MB, an index page of SQLite would not."""

SHORTEST_TTL = 0.001
"""Redis counts expiries in whole milliseconds, so a shorter time to live becomes this one (seconds)."""


def check_key(key: str) -> str:
    """Return *key* unchanged.

    Raises:
        InvalidValueError: empty, longer than 512 bytes of UTF-8, or with control characters.
    """
    if not key or not key.isprintable() or len(key.encode()) > MAX_KEY_BYTES:
        message = f"a state key must be printable text of 1 to {MAX_KEY_BYTES} bytes, not {key[:40]!r}"
        raise InvalidValueError(message, subject="state key")
    return key


def check_keys(keys: Iterable[str]) -> list[str]:
    """Return *keys* as a list after :func:`check_key` on each."""
    return [check_key(key) for key in keys]


def check_namespace(namespace: str) -> str:
    """Return *namespace* unchanged.

    Raises:
        InvalidValueError: empty, not printable, or with a brace (Redis keys put it in braces).
    """
    if not namespace or not namespace.isprintable() or set(namespace) & set("{}"):
        message = f"a state namespace must be printable text without braces, not {namespace[:40]!r}"
        raise InvalidValueError(message, subject="state namespace")
    return namespace


def usable_ttl(ttl: float | None) -> float | None:
    """Return a time to live in seconds that both stores can keep; None stays None (for ever)."""
    return None if ttl is None else max(float(ttl), SHORTEST_TTL)


def ignore_notice(message: str) -> None:
    """Take a notice nobody asked for: the default of the stores' ``on_notice``."""


def check_limit(limit: int) -> int:
    """Return the size of a bounded list unchanged.

    Raises:
        InvalidValueError: below 1.
    """
    if limit < 1:
        message = f"a bounded list keeps at least 1 item, not {limit}"
        raise InvalidValueError(message, subject="limit")
    return limit
