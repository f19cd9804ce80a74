"""The exit codes of every command, and which one wins where several apply."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, unique


@unique
class ExitCode(IntEnum):
    """What the process answers to its caller. Documented in ``docs/exit-codes.md``."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    NOT_FOUND = 3
    AUTH = 4
    UNKNOWN = 5
    PARTIAL = 6
    NOTHING_MATCHED = 7
    PENDING = 8
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


EXPLANATIONS: dict[ExitCode, str] = {
    ExitCode.OK: "fine",
    ExitCode.FINDINGS: "findings or a refused action: slot taken, difference found, threshold crossed",
    ExitCode.USAGE: "usage or configuration is wrong; nothing was done",
    ExitCode.NOT_FOUND: "the thing named does not exist",
    ExitCode.AUTH: "authentication or permission",
    ExitCode.UNKNOWN: "could not check: a source was unreachable or off, or the fate of a write is unknown",
    ExitCode.PARTIAL: "some items of a bulk failed",
    ExitCode.NOTHING_MATCHED: "nothing matched (only with --fail-if-none)",
    ExitCode.PENDING: "still pending: kept for later, at work in another run, or --wait ran out",
    ExitCode.BUG: "a bug in askpro",
    ExitCode.INTERRUPTED: "interrupted (SIGINT)",
    ExitCode.TERMINATED: "terminated (SIGTERM)",
}

_PRECEDENCE = (
    ExitCode.TERMINATED,
    ExitCode.INTERRUPTED,
    ExitCode.BUG,
    ExitCode.USAGE,
    ExitCode.AUTH,
    ExitCode.FINDINGS,
    ExitCode.PARTIAL,
    ExitCode.UNKNOWN,
    ExitCode.NOT_FOUND,
    ExitCode.NOTHING_MATCHED,
    ExitCode.PENDING,
    ExitCode.OK,
)

_STATUS = {
    ExitCode.OK: "ok",
    ExitCode.NOTHING_MATCHED: "ok",
    ExitCode.FINDINGS: "findings",
    ExitCode.PARTIAL: "partial",
    ExitCode.UNKNOWN: "unknown",
    ExitCode.PENDING: "unknown",
}


def combine(codes: Iterable[ExitCode], *, unknown_first: bool = False) -> ExitCode:
    """Return the code that wins: 70 > 2 > 4 > 1 > 6 > 5 > 3, 7, 8 > 0.

    With *unknown_first* (``--unknown-first``) 5 wins over 1.
    """
    present = set(codes)
    if unknown_first and ExitCode.UNKNOWN in present:
        present.discard(ExitCode.FINDINGS)
        present.discard(ExitCode.PARTIAL)
    return next((code for code in _PRECEDENCE if code in present), ExitCode.OK)


def status_word(code: ExitCode) -> str:
    """Return the envelope's ``status``: ok, findings, partial, unknown or error."""
    return _STATUS.get(code, "error")
