"""The one JSON envelope of every answer, fine or failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import AskproError
from askpro_cli.base.exit_codes import ExitCode, combine, status_word
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.base.findings import Finding, Unknown

ENVELOPE_VERSION = "1"


@dataclass(eq=False)
class Outcome:
    """What a run came to: the command's result, and the errors that ended it.

    Args:
        command: its full name (``cache stats``), None when none could be found.
        result: what it returned, None when it ended in an error.
        errors: that ended it or happened around it.
        code: the exit code.
    """

    command: str | None
    result: Result
    errors: list[AskproError] = field(default_factory=list)
    code: ExitCode = ExitCode.OK

    @property
    def unknown(self) -> list[Unknown]:
        """Return what could not be checked: what the command says, and errors of that kind."""
        return [*self.result.unknown, *self.unknown_errors]

    @property
    def unknown_errors(self) -> list[Unknown]:
        """Return the errors after which something could not be checked."""
        return [_as_unknown(error) for error in self.errors if _is_unknown(error)]


def settle(
    command: str | None, result: Result | None, errors: Sequence[AskproError], *, unknown_first: bool
) -> Outcome:
    """Return the outcome with the exit code that wins among result and errors."""
    codes = [error.exit_code for error in errors]
    if result is not None:
        codes.append(result.code(unknown_first=unknown_first))
    listed = [*(result.errors if result else ()), *errors]
    return Outcome(command, result or Result(), listed, combine(codes, unknown_first=unknown_first))


def _is_unknown(error: AskproError) -> bool:
    return error.exit_code is ExitCode.UNKNOWN


def _as_unknown(error: AskproError) -> Unknown:
    from askpro_cli.base.findings import Unknown

    subject = error.subject or getattr(error, "vendor", None) or error.code
    return Unknown(error.code, str(subject), error.message, error.hint)


def envelope(outcome: Outcome, meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document printed with ``--json``; its keys are a contract (``docs/output.md``)."""
    findings: Sequence[Finding] = outcome.result.findings
    return {
        "askpro": ENVELOPE_VERSION,
        "command": outcome.command,
        "status": status_word(outcome.code),
        "exit_code": int(outcome.code),
        "data": outcome.result.data,
        "findings": [finding.as_dict() for finding in findings],
        "unknown": [unknown.as_dict() for unknown in outcome.unknown],
        "errors": [error.as_dict() for error in outcome.errors],
        "meta": {**outcome.result.meta, **meta},
    }
