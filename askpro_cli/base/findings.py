"""Findings and checks: what is compared, what came out, and *unknown* when it could not be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any

_CODE = re.compile(r"^(CAL|MAP|PRV|PHN|AGT|CALL|SYNC|HOOK|IDX|SCH|TEN|BILL|QUE|SEC|ENV)\d{3}$")


@unique
class Severity(StrEnum):
    """How much a finding matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Check:
    """What a check is; its page of explanation lives in ``config/checks.yaml`` under the same code.

    Args:
        code: stable, e.g. ``CAL004``; scripts and baselines rely on it.
        title: one line.
        severity: of what it finds.
        sources: the two or more sources it compares, e.g. ``("cal.com", "settings")``.
    """

    code: str
    title: str
    severity: Severity
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        if not _CODE.match(self.code):
            message = f"a check's code is a known group and three digits, not {self.code!r}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement.

    Args:
        code: of the check that found it.
        subject: the thing concerned, in the operator's words (a uid, an alias, a file).
        expected: what one source says.
        actual: what the other says.
        hint: the next command to run.
        severity: how much it matters.
        sentence: all of it in the words of a person; made of the other fields when it is empty.
    """

    code: str
    subject: str
    expected: str
    actual: str
    hint: str
    severity: Severity = Severity.ERROR
    sentence: str = ""

    @property
    def text(self) -> str:
        """Return the finding as a sentence for a person, without code and hint."""
        return self.sentence or f"{self.subject}: {self.actual}, expected {self.expected}"

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as the envelope's ``findings[]`` shows it."""
        return {
            "code": self.code,
            "subject": self.subject,
            "expected": self.expected,
            "actual": self.actual,
            "hint": self.hint,
            "severity": self.severity.value,
        }


@dataclass(frozen=True, slots=True)
class Unknown:
    """What could not be checked, and why; always shown, never taken for fine."""

    code: str
    subject: str
    why: str
    hint: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as the envelope's ``unknown[]`` shows it."""
        found = {"code": self.code, "subject": self.subject, "why": self.why, "hint": self.hint}
        return {key: value for key, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check's answer: ok (nothing in either list), findings, or unknown."""

    check: Check
    findings: tuple[Finding, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    detail: str = ""

    @property
    def verdict(self) -> str:
        """Return ``findings``, ``unknown`` or ``ok``; findings win, both lists are always shown."""
        if self.findings:
            return "findings"
        return "unknown" if self.unknown else "ok"


@dataclass(slots=True)
class CheckRegistry:
    """All checks by code; a code is registered once."""

    _checks: dict[str, Check] = field(default_factory=dict)

    def register(self, check: Check) -> Check:
        """Add *check* and return it, so that a module can write ``CAL004 = CHECKS.register(…)``."""
        if self._checks.get(check.code, check) != check:
            message = f"check {check.code} is registered twice"
            raise ValueError(message)
        self._checks[check.code] = check
        return check

    def all(self) -> Mapping[str, Check]:
        """Return the checks by code, in order of their codes."""
        return dict(sorted(self._checks.items()))


CHECKS = CheckRegistry()
