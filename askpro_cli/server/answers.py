"""What intake answers, by sender: made once, so that a request only fills in its correlation id.

``docs/webhook-responses.md`` is this module in prose; tests/server/test_answers.py holds both together.

Sources: Retell wants any 2xx and no body within 10 s, and JSON from the inbound webhook (docs.retellai.com,
features/webhook-overview and inbound-call-webhook); Stripe any 2xx (docs.stripe.com/webhooks); Standard
Webhooks any 2xx, and heeds Retry-After (spec 1.0.0); Cal.com logs what it gets and repeats nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from starlette.types import Scope, Send

from askpro_cli.server.protocol import reply
from askpro_cli.webhooks.arrivals import Cause

CORRELATION_HEADER = b"x-correlation-id"
_ID_LENGTH = 12
_JSON = (b"content-type", b"application/json")
_CLOSE = (b"connection", b"close")


class Answer(NamedTuple):
    """One answer, ready but for its correlation id.

    Args:
        status: of HTTP.
        outcome: what the counters call it.
        headers: all but the correlation id.
        before: the body up to the correlation id; empty: the answer has no correlation id in its body.
        after: the rest of the body.
        head: status line and headers as bytes, up to the correlation id.
    """

    status: int
    outcome: str
    headers: tuple[tuple[bytes, bytes], ...]
    before: bytes
    after: bytes
    head: bytes

    async def send(
        self, scope: Scope, send: Send, correlation_id: str, retry_after: float | None = None
    ) -> None:
        """Send it; in one piece where the server can, which is cheaper than ASGI's two.

        Args:
            scope: of the request.
            send: of ASGI.
            correlation_id: of the request.
            retry_after: seconds after which the sender should try again, rounded up.
        """
        told = correlation_id.encode()
        body = self.before + told + self.after if self.before else self.after
        if retry_after is None and reply(scope, self.head + told, body):
            return
        headers = [*self.headers, (CORRELATION_HEADER, told)]
        if retry_after is not None:
            headers.append((b"retry-after", str(max(1, math.ceil(retry_after))).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _answer(
    status: int,
    outcome: str,
    headers: tuple[tuple[bytes, bytes], ...],
    before: bytes = b"",
    after: bytes = b"",
) -> Answer:
    lines = b"".join(b"%s: %s\r\n" % header for header in headers)
    first = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()
    return Answer(status, outcome, headers, before, after, first + lines + CORRELATION_HEADER + b": ")


def _with_body(status: int, outcome: str, text: str, *more: tuple[bytes, bytes]) -> Answer:
    """Return an answer whose body is *text*; ``{id}`` stands for the correlation id."""
    before, _, after = text.partition("{id}")
    length = len(text) - len("{id}") + _ID_LENGTH
    headers = (_JSON, (b"content-length", str(length).encode()), *more)
    return _answer(status, outcome, headers, before.encode(), after.encode())


def _success(status: int, outcome: str, word: str) -> Answer:
    if status == 204:  # noqa: PLR2004 - No Content
        return _answer(status, outcome, ())
    return _with_body(status, outcome, f'{{"status":"{word}","correlation_id":"{{id}}"}}')


def _failure(status: int, outcome: str, error: str, message: str, *more: tuple[bytes, bytes]) -> Answer:
    text = f'{{"error":"{error}","message":"{message}","correlation_id":"{{id}}"}}'
    return _with_body(status, outcome, text, *more)


SUCCESS: Mapping[str, int] = {"calcom": 200, "retell": 204, "stripe": 200}
"""Source → status of what was kept, new or not; others: :data:`OTHER_SUCCESS`."""
OTHER_SUCCESS = 202


class Successes(NamedTuple):
    """The good answers of one source. A conflict is answered as a duplicate: the first body stands."""

    accepted: Answer
    duplicate: Answer
    conflict: Answer


def successes_of(source: str) -> Successes:
    """Return the good answers of *source*."""
    status = SUCCESS.get(source, OTHER_SUCCESS)
    return Successes(
        _success(status, "accepted", "accepted"),
        _success(status, "duplicate", "duplicate"),
        _success(status, "conflict", "duplicate"),
    )


_NO_WISHES = b'{"call_inbound":{}}'
INBOUND = _answer(
    200, "accepted", (_JSON, (b"content-length", str(len(_NO_WISHES)).encode())), after=_NO_WISHES
)
"""To Retell's question how to take a call: with the number's own agent."""

_UNSIGNED = "the signature does not fit the body, the secret or the time"

REFUSALS: Mapping[Cause, Answer] = {
    Cause.NO_SECRET: _failure(503, Cause.NO_SECRET, "not_configured", "this source has no secret here"),
    Cause.SIGNATURE_MISSING: _failure(401, Cause.SIGNATURE_MISSING, "invalid_signature", _UNSIGNED),
    Cause.SIGNATURE_MALFORMED: _failure(401, Cause.SIGNATURE_MALFORMED, "invalid_signature", _UNSIGNED),
    Cause.SIGNATURE_WRONG: _failure(401, Cause.SIGNATURE_WRONG, "invalid_signature", _UNSIGNED),
    Cause.TOO_OLD: _failure(401, Cause.TOO_OLD, "invalid_signature", _UNSIGNED),
    Cause.NOT_JSON: _failure(400, Cause.NOT_JSON, "not_json", "the body is not JSON as it should be"),
    Cause.NOT_AN_EVENT: _failure(400, Cause.NOT_AN_EVENT, "not_an_event", "no event looks like this body"),
    Cause.TOO_LARGE: _failure(413, Cause.TOO_LARGE, "too_large", "the body is too large", _CLOSE),
    Cause.WRONG_TYPE: _failure(
        415, Cause.WRONG_TYPE, "unsupported_media_type", "send application/json, not encoded"
    ),
    Cause.WRONG_METHOD: _failure(
        405, Cause.WRONG_METHOD, "method_not_allowed", "use POST", (b"allow", b"POST")
    ),
    Cause.UNKNOWN_ROUTE: _failure(404, Cause.UNKNOWN_ROUTE, "not_found", "nobody sends to this address"),
}
"""Why a request was not let in → what its sender is told; which check failed is for operators alone."""

BUSY = _failure(503, "busy", "busy", "too many requests at once")
FULL = _failure(503, "full", "busy", "too many events wait to be kept")
UNAVAILABLE = _failure(503, "unavailable", "unavailable", "the event cannot be kept now")
BUG = _failure(500, "bug", "internal", "a bug in askpro")

RETRY_AFTER: Mapping[str, float] = {Cause.NO_SECRET: 60.0, "busy": 1.0, "bug": 5.0}
"""Outcome → seconds after which to try again, where no error says it better."""
