"""What the API answers: JSON, and one shape for every error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from askpro_cli.base.errors import (
    AskproError,
    AuthError,
    BreakerOpenError,
    NotFoundError,
    RefusedError,
    UnknownError,
    UsageError,
    VendorError,
)

CORRELATION_HEADER = "X-Correlation-Id"
RETRY_SECONDS = 5
"""What somebody is told to wait while a store cannot be asked."""

_STATUS: tuple[tuple[type[AskproError], int], ...] = (
    (UsageError, 400),
    (NotFoundError, 404),
    (RefusedError, 409),
    (AuthError, 502),
    (BreakerOpenError, 503),
    (UnknownError, 503),
    (VendorError, 502),
)


class ApiRefusal(Exception):  # noqa: N818 - an answer, not a failure of ours
    """A request that is answered with an error before any work is done.

    Args:
        status: of HTTP.
        code: for scripts.
        message: one sentence.
        hint: what to do next.
        retry_after: seconds to wait.
        headers: further ones.

    Attributes:
        caller: who asked, where the doorkeeper knew and refused all the same.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.caller: Any = None
        self.error = {"code": code, "message": message, **({"hint": hint} if hint else {})}
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(max(1, round(retry_after)))


def json_answer(
    document: Any, correlation_id: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return *document* as an answer; nobody keeps a copy of it."""
    return Response(
        msgspec.json.encode(document),
        status_code=status,
        media_type="application/json",
        headers={CORRELATION_HEADER: correlation_id, "Cache-Control": "no-store", **(headers or {})},
    )


def refusal_answer(refusal: ApiRefusal, correlation_id: str) -> Response:
    """Return a refusal as an answer."""
    return _error_answer(refusal.error, correlation_id, refusal.status, refusal.headers)


def error_answer(error: AskproError, correlation_id: str) -> Response:
    """Return an error of ours as an answer: its code, sentence and hint, and a status that fits."""
    status = status_of(error)
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}  # noqa: PLR2004
    return _error_answer(error.as_dict(), correlation_id, status, headers)


def bug_answer(correlation_id: str) -> Response:
    """Return the answer to a request that made us fail; what it was stands in the log."""
    told = {"code": "bug", "message": "askpro failed; its log names this request by its correlation id"}
    return _error_answer(told, correlation_id, 500, {})


def status_of(error: AskproError) -> int:
    """Return the HTTP status of an error of ours; 500 for one that nobody foresaw here."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def _error_answer(
    error: Mapping[str, Any], correlation_id: str, status: int, headers: Mapping[str, str]
) -> Response:
    document = {"error": error, "correlation_id": correlation_id}
    return json_answer(document, correlation_id, status=status, headers=headers)
