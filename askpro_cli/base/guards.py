"""Network calls never happen inside a database transaction: the transaction says so, the policy asks.

A vendor's slow answer would hold the transaction's locks for as long as it takes. The mark follows the
context (a coroutine, or a thread started with ``asyncio.to_thread``), so it costs a variable's look-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_forbidden_by: ContextVar[str | None] = ContextVar("askpro_network_forbidden_by", default=None)


@contextmanager
def forbid_network(reason: str) -> Iterator[None]:
    """Forbid vendor calls in this context, for the length of the block.

    Args:
        reason: who forbids it (``the transaction 'claim idempotency key'``), shown by the error.
    """
    token = _forbidden_by.set(reason)
    try:
        yield
    finally:
        _forbidden_by.reset(token)


def assert_network_allowed(what: str) -> None:
    """Refuse a vendor call inside a block of :func:`forbid_network`.

    Args:
        what: the call about to be made (``calcom bookings.create``).

    Raises:
        RuntimeError: the call stands inside such a block; a bug of the caller, never of the operator.
    """
    reason = _forbidden_by.get()
    if reason is not None:
        raise RuntimeError(f"{what} was about to go over the network inside {reason}")
