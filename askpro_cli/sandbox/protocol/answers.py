"""Answers in the vendor's shapes: the success envelope and its two error bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

_EXCEPTIONS = {
    400: "BadRequestException",
    401: "UnauthorizedException",
    403: "ForbiddenException",
    404: "NotFoundException",
    409: "ConflictException",
    422: "UnprocessableEntityException",
}


@dataclass(slots=True)
class Answer:
    """A status and a JSON document."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """An answer of the simulated vendor, raised where its code would throw; never an error of askpro.

    Args:
        status: HTTP status.
        message: the vendor's text.
        code: the envelope's `error.code`; by default Nest's exception class of the status.
        details: the envelope's `error.details`; by default Nest's own body; None leaves it out.
        raw: answer with Nest's bare `{statusCode, message}` instead of the envelope.
    """

    def __init__(
        self, status: int, message: str, *, code: str | None = None, details: Any = ..., raw: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or _EXCEPTIONS.get(status, "InternalServerErrorException")
        self.details = self._nest_body() if details is ... else details
        self.raw = raw

    def _nest_body(self) -> dict[str, Any]:
        return {"message": self.message, "error": HTTPStatus(self.status).phrase, "statusCode": self.status}

    def answer(self, path: str, now: datetime) -> Answer:
        """Return the body for a request to *path* (with its query string)."""
        if self.raw:
            return Answer(self.status, {"statusCode": self.status, "message": self.message})
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details is not None:
            error["details"] = self.details
        return Answer(
            self.status, {"status": "error", "timestamp": iso_ms(now), "path": path, "error": error}
        )


def pipe_error(errors: Mapping[str, Mapping[str, str]]) -> ApiError:
    """Return the global validation pipe's 400: *errors* maps a property to its broken constraints."""
    listed = [
        {"property": name, "constraints": dict(constraints), "children": []}
        for name, constraints in errors.items()
    ]
    return ApiError(400, "Bad Request Exception", details={"errors": listed})


def zod_error(text: str) -> ApiError:
    """Return the booking form's own 400, e.g. for `{title}error_required_field`."""
    return ApiError(400, f"responses - {text}, ", code="BAD_REQUEST", details=None)


def trpc_error(status: int, message: str) -> ApiError:
    """Return a refusal of the vendor's inner API: its code is `TRPCError`, without details."""
    return ApiError(status, message, code="TRPCError", details=None)


def success(data: Any, status: int = 200, **more: Any) -> Answer:
    """Return the success envelope."""
    return Answer(status, {"status": "success", "data": data, **more})


def iso_ms(instant: datetime) -> str:
    """Return *instant* as the vendor writes it: UTC with milliseconds and Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def iso_epoch(seconds: int) -> str:
    """Return epoch seconds as the vendor writes them."""
    return iso_ms(datetime.fromtimestamp(seconds, UTC))
