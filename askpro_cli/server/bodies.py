"""Reading a body within its limit, and all bodies together within theirs."""

from __future__ import annotations

from starlette.types import Receive


class SenderGoneError(Exception):
    """The sender left before its request was complete, or took too long for it."""


class BodyTooLargeError(Exception):
    """The body is larger than is let in."""


class MemoryFullError(Exception):
    """The bodies in memory take all the room they may."""


class Budget:
    """The memory all bodies share.

    Args:
        limit: in bytes.
    """

    __slots__ = ("limit", "used")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0


class Share:
    """What one request has of it; give it back when it is answered."""

    __slots__ = ("_budget", "size")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.size = 0

    def reserve(self, size: int) -> None:
        """Take as much as *size* in all.

        Raises:
            MemoryFullError: there is not so much left.
        """
        more = size - self.size
        if more <= 0:
            return
        if self._budget.used + more > self._budget.limit:
            raise MemoryFullError
        self._budget.used += more
        self.size = size

    def give_back(self) -> None:
        """Give all of it back."""
        self._budget.used -= self.size
        self.size = 0


async def read_body(receive: Receive, limit: int, share: Share) -> bytes:
    """Return the body. It takes its share as it comes: what is only announced keeps nobody else out.

    Raises:
        SenderGoneError: it never came to its end.
        BodyTooLargeError: it is larger than *limit* bytes.
        MemoryFullError: it does not fit beside the others.
    """
    message = await receive()
    if message["type"] == "http.disconnect":
        raise SenderGoneError
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False) and len(body) <= limit:
        share.reserve(len(body))
        return body
    return await _rest(receive, limit, share, bytearray(body))


async def _rest(receive: Receive, limit: int, share: Share, body: bytearray) -> bytes:
    more = True
    while more:
        if len(body) > limit:
            raise BodyTooLargeError
        share.reserve(len(body))
        message = await receive()
        if message["type"] == "http.disconnect":
            raise SenderGoneError
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if len(body) > limit:
        raise BodyTooLargeError
    share.reserve(len(body))
    return bytes(body)
