"""The bodies of refusals: two shapes, in every operation the same. The vendor's file describes neither.

1. the envelope: status, timestamp, path and an error with code, message and (mostly) details;
2. the framework's bare ``{statusCode, message}``, where an error passes every filter.

``code`` is the framework's exception class of the status; the booking form, the database layer and the
inner API have codes of their own. V1 answers 410 with a message alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any

from support.contract.exchange import Exchange
from support.contract.rules import Violation

CODES = {
    400: {"BadRequestException", "BAD_REQUEST", "TRPCError"},
    401: {"UnauthorizedException", "TRPCError"},
    403: {"ForbiddenException", "TRPCError"},
    404: {"NotFoundException", "NOT_FOUND", "TRPCError"},
    409: {"ConflictException", "CONFLICT"},
    422: {"UnprocessableEntityException"},
    429: {"ThrottlerException"},
    498: {"ACCESS_TOKEN_IS_EXPIRED"},
    500: {"InternalServerErrorException", "INTERNAL_SERVER_ERROR"},
}
"""By status the codes an envelope may carry."""

WITHOUT_DETAILS = {"BAD_REQUEST", "TRPCError", "ACCESS_TOKEN_IS_EXPIRED"}
_MADE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
# The framework's own, and the one text that mark-absent puts over every error of its own.
_BARE_500 = {"Internal server error", "Failed to update no-show status"}


def refusal_breaches(exchange: Exchange) -> list[Violation]:
    """Return what is wrong with the body of an answer that is no success."""
    return [
        Violation(exchange.label, f"answer {exchange.status}{place}", what)
        for place, what in _complaints(exchange)
    ]


def _complaints(exchange: Exchange) -> Iterator[tuple[str, str]]:
    body = exchange.answered
    if not isinstance(body, dict):
        yield "", f"is a {type(body).__name__}, not an object"
    elif "statusCode" in body:
        yield from _bare(exchange.status, body)
    elif exchange.status == HTTPStatus.GONE:
        yield from _keys("", body, {"message"})
    else:
        yield from _envelope(exchange, body)


def _bare(status: int, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _keys("", body, {"statusCode", "message"})
    if body["statusCode"] != status:
        yield ".statusCode", f"is {body['statusCode']}"
    if not isinstance(body.get("message"), str) or not body["message"]:
        yield ".message", "is no text"


def _envelope(exchange: Exchange, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _keys("", body, {"status", "timestamp", "path", "error"})
    if body.get("status") != "error":
        yield ".status", f"is {body.get('status')!r}"
    if not _MADE.fullmatch(str(body.get("timestamp"))):
        yield ".timestamp", f"is {body.get('timestamp')!r}, not UTC with milliseconds"
    else:
        datetime.fromisoformat(body["timestamp"])
    if not str(body.get("path")).partition("?")[0].rstrip("/").endswith(exchange.path.removeprefix("/v2")):
        yield ".path", f"is {body.get('path')!r}"
    yield from _error(exchange.status, body.get("error"))


def _error(status: int, error: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(error, dict):
        yield ".error", "is no object"
        return
    code = error.get("code")
    if code not in CODES.get(status, ()):
        yield ".error.code", f"{code!r} does not go with {status}"
    if not isinstance(error.get("message"), str):
        yield ".error.message", "is no text"
    if code in WITHOUT_DETAILS:
        yield from _keys(".error", error, {"code", "message"})
        return
    yield from _keys(".error", error, {"code", "message", "details"})
    yield from _details(status, error)


def _details(status: int, error: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Check the details: the text again for a throttled request, a tree for the pipe, else Nest's body."""
    details, message = error.get("details"), error.get("message")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        if details != message:
            yield ".error.details", "is not the message again"
    elif not isinstance(details, dict):
        yield ".error.details", "is no object"
    elif "errors" in details:
        yield from _tree(details, message)
    else:
        yield from _keys(".error.details", details, {"message", "error", "statusCode"})
        if (details.get("message"), details.get("statusCode")) != (message, status):
            yield ".error.details", "does not repeat message and status"


def _tree(details: dict[str, Any], message: Any) -> Iterator[tuple[str, str]]:
    """Check what the validation pipe answers: by property its broken constraints."""
    yield from _keys(".error.details", details, {"errors"})
    if message != "Bad Request Exception":
        yield ".error.message", f"is {message!r}, the pipe only names its class"
    for entry in details["errors"]:
        yield from _keys(".error.details.errors[]", entry, {"property", "constraints", "children"})


def _keys(place: str, found: dict[str, Any], expected: set[str]) -> Iterator[tuple[str, str]]:
    for name in expected ^ found.keys():
        yield f"{place}.{name}", "is missing" if name in expected else "is not documented"
