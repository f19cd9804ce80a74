"""Every error askpro raises: one tree, each leaf says what happened, to what, and what to do next.

AskproError
├── UsageError                 the operator asked for something that cannot be (exit 2)
│   ├── InvalidValueError      one value is malformed, out of range or contradicts another
│   ├── ConfirmationError      a dangerous command without --yes off a terminal
│   └── IdempotencyError       the same given key with other content
├── ConfigError                settings are wrong or cannot be read (exit 2)
├── NotFoundError              the named thing does not exist (exit 3)
├── AuthError                  no key, a wrong key, a missing permission (exit 4)
├── RefusedError               the action was understood and refused (exit 1, code ``refused``)
├── UnknownError               could not check, or the fate of a write is unknown (exit 5)
│   ├── StateError             the state store cannot be used
│   ├── RecordsError           the records' database cannot be used
│   ├── IntakeFullError        too many events wait to be kept: this one was not taken
│   ├── IntakeUnavailableError an event could not be kept, or nobody knows whether it was: not acknowledged
│   ├── BreakerOpenError       the circuit breaker refuses the call before it is sent
│   ├── BudgetError            the rate governor would make the caller wait longer than allowed
│   ├── FateUnknownError       a write was sent and nobody can say whether it happened
│   └── OutputError            the answer could not be written (disk full, closed file)
├── DemoError                  a step of the demonstration did not show what it says (exit 1)
├── PendingError               still pending when --wait ran out (exit 8)
├── RequestCapError            the run has sent as many requests as it was allowed (exit 6)
└── VendorError                a vendor answered, or failed to
    ├── VendorAuthError        401, 403, 498 (exit 4)
    ├── VendorRateLimitError   429 (exit 5)
    ├── VendorValidationError  400, 422 with the vendor's field errors (exit 2)
    ├── VendorNotFoundError    404 (exit 3)
    ├── SlotUnavailableError   the slot is taken, too soon or too far: 400 text or 409 (exit 1)
    ├── VendorConflictError    409 and other refusals of the current state (exit 1)
    ├── VendorServerError      5xx (exit 5)
    ├── VendorTimeoutError     no answer in time (exit 5)
    ├── VendorUnreachableError no connection: DNS, refused, TLS, reset (exit 5)
    └── VendorProtocolError    an answer in a shape nobody documented: HTML, wrong JSON, legacy (exit 5)

Vendor and driver errors are wrapped once, at the edge, with ``raise … from error``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from askpro_cli.base.exit_codes import ExitCode

if TYPE_CHECKING:
    from datetime import datetime


class AskproError(Exception):
    """Base of all: one sentence without a full stop, its subject, and a hint.

    Args:
        message: what happened, to what.
        hint: what to do next, best a command.
        subject: the thing concerned (a uid, a file, a setting), for scripts.
        details: JSON-serialisable facts for ``--json``; never secrets or personal data.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        subject: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.subject = subject
        self.details: dict[str, Any] = dict(details or {})

    def as_dict(self) -> dict[str, Any]:
        """Return the error as the envelope's ``errors[]`` shows it."""
        found = {
            "code": self.code,
            "reason": type(self).__name__.removesuffix("Error"),
            "message": self.message,
            "hint": self.hint,
            "subject": self.subject,
            "details": self.details or None,
        }
        return {key: value for key, value in found.items() if value is not None}


class UsageError(AskproError):
    """The operator asked for something that cannot be."""

    code = "usage"
    exit_code = ExitCode.USAGE


class InvalidValueError(UsageError):
    """One value is malformed, out of range or contradicts another."""

    code = "invalid_value"


class ConfirmationError(UsageError):
    """A dangerous command needs --yes where nobody can be asked."""

    code = "confirmation_required"


class IdempotencyError(UsageError):
    """The same given idempotency key was used with other content."""

    code = "idempotency_mismatch"


class ConfigError(AskproError):
    """A setting is wrong, unknown or cannot be read."""

    code = "config"
    exit_code = ExitCode.USAGE


class NotFoundError(AskproError):
    """The named thing does not exist."""

    code = "not_found"
    exit_code = ExitCode.NOT_FOUND


class AuthError(AskproError):
    """No key is configured, or it may not do this."""

    code = "auth"
    exit_code = ExitCode.AUTH


class RefusedError(AskproError):
    """The action was understood and refused; nothing was changed."""

    code = "refused"
    exit_code = ExitCode.FINDINGS


class UnknownError(AskproError):
    """Could not check: neither fine nor wrong."""

    code = "unknown"
    exit_code = ExitCode.UNKNOWN


class StateError(UnknownError):
    """The state store cannot be used."""

    code = "state_unavailable"


class RecordsError(UnknownError):
    """The records' database cannot be used."""

    code = "records_unavailable"


class IntakeFullError(UnknownError):
    """Too many events wait to be kept; this one was not taken. ``retry_after``: seconds to wait."""

    code = "intake_full"

    def __init__(self, message: str, *, retry_after: float = 1.0, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class IntakeUnavailableError(UnknownError):
    """An event could not be kept in time, or nobody knows whether it was: it must not be acknowledged.

    A sender that sends it again does no harm: it is a duplicate where it was kept. ``retry_after``: seconds.
    """

    code = "intake_unavailable"

    def __init__(self, message: str, *, retry_after: float = 2.0, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class BreakerOpenError(UnknownError):
    """The circuit breaker is open: the call was not sent.

    ``retry_after`` is the number of seconds until a trial is allowed.
    """

    code = "breaker_open"

    def __init__(self, message: str, *, retry_after: float, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class BudgetError(UnknownError):
    """The rate governor would make the caller wait longer than allowed: the call was not sent."""

    code = "budget_exhausted"

    def __init__(self, message: str, *, retry_after: float, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class HandlerOverdueError(UnknownError):
    """The handler of a webhook event took longer than worker.handler_timeout; it was rolled back."""

    code = "handler_overdue"


class LeaseLostError(UnknownError):
    """Somebody else has taken up what this worker was at; its own work was rolled back."""

    code = "lease_lost"


class FateUnknownError(UnknownError):
    """A write was sent and nobody can say whether it happened."""

    code = "fate_unknown"


class DemoError(AskproError):
    """A step of ``askpro demo`` did not show what it says."""

    code = "demo_failed"
    exit_code = ExitCode.FINDINGS


class OutputError(UnknownError):
    """The answer could not be written: what was done is done, but the caller does not know it."""

    code = "output_failed"


class PendingError(AskproError):
    """Still pending: kept for later, at work in another run, or --wait ran out."""

    code = "pending"
    exit_code = ExitCode.PENDING


class RequestCapError(AskproError):
    """The run has sent as many requests as it was allowed; the next one was not sent."""

    code = "request_cap"
    exit_code = ExitCode.PARTIAL


class VendorError(AskproError):
    """A vendor answered with an error, or did not answer.

    Args:
        message: what happened, in our words; the vendor's own text goes to *vendor_message*.
        vendor: which one (``calcom``).
        status: HTTP status, None when there was no answer.
        request_id: the vendor's ``X-Request-Id``.
        vendor_message: the vendor's text, unchanged.
        field_errors: the vendor's complaints by field path.
        retry_after: seconds the vendor asked to wait.

    Class attributes steer the resilience policy: *retryable* (the same request may be sent again),
    *counts_for_breaker* (a sign that the vendor is ill), *fate_unknown* (had it been a write, nobody
    knows whether it happened). *date* is the vendor's clock in its answer, None without one.
    """

    code = "vendor"
    exit_code = ExitCode.UNKNOWN
    retryable: bool = False
    counts_for_breaker: bool = False
    fate_unknown: bool = False

    def __init__(
        self,
        message: str,
        *,
        vendor: str = "calcom",
        status: int | None = None,
        request_id: str | None = None,
        vendor_message: str | None = None,
        field_errors: Mapping[str, str] | None = None,
        retry_after: float | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message, **more)
        self.vendor = vendor
        self.status = status
        self.request_id = request_id
        self.vendor_message = vendor_message
        self.field_errors = dict(field_errors or {})
        self.retry_after = retry_after
        self.date: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the error with what the vendor said."""
        said = {
            "name": self.vendor,
            "status": self.status,
            "request_id": self.request_id,
            "message": self.vendor_message,
            "field_errors": self.field_errors or None,
            "retry_after": self.retry_after,
        }
        known = {key: value for key, value in said.items() if value is not None}
        return super().as_dict() | {"retryable": self.retryable, "vendor": known}


class VendorAuthError(VendorError):
    """The vendor does not accept the key, or the key may not do this (401, 403, 498)."""

    code = "auth"
    exit_code = ExitCode.AUTH


class VendorRateLimitError(VendorError):
    """The vendor's rate limit is used up (429).

    *whole_key* is False where the limit is that of one operation: others may still be sent.
    """

    code = "rate_limited"
    retryable = True
    whole_key: bool = True


class VendorValidationError(VendorError):
    """The vendor refuses the request as written (400, 422)."""

    code = "vendor_validation"
    exit_code = ExitCode.USAGE


class VendorNotFoundError(VendorError):
    """The vendor does not know the thing (404)."""

    code = "not_found"
    exit_code = ExitCode.NOT_FOUND


class SlotUnavailableError(VendorError):
    """The slot is taken, too soon, too far or outside the schedule (400 text, 409)."""

    code = "refused"
    exit_code = ExitCode.FINDINGS


class VendorConflictError(VendorError):
    """The vendor refuses because of the thing's current state (409 and texts)."""

    code = "refused"
    exit_code = ExitCode.FINDINGS


class VendorServerError(VendorError):
    """The vendor failed inside (5xx)."""

    code = "vendor_server"
    retryable = True
    counts_for_breaker = True
    fate_unknown = True


class VendorTimeoutError(VendorError):
    """The vendor did not answer in time."""

    code = "vendor_timeout"
    retryable = True
    counts_for_breaker = True
    fate_unknown = True


class VendorUnreachableError(VendorError):
    """No connection, or it broke: DNS, refused, TLS, reset.

    *sent* tells whether the request may have reached the vendor; a refused connection never did.
    """

    code = "vendor_unreachable"
    retryable = True
    counts_for_breaker = True

    def __init__(self, message: str, *, sent: bool, retryable: bool = True, **more: Any) -> None:
        super().__init__(message, **more)
        self.fate_unknown = sent
        self.retryable = retryable


class VendorProtocolError(VendorError):
    """The answer has a shape nobody documented: HTML from a proxy, wrong JSON, a legacy version."""

    code = "vendor_protocol"
    fate_unknown = True
