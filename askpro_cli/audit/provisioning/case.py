"""One branch under examination, and how a check says what it found."""

from __future__ import annotations

from dataclasses import dataclass

from askpro_cli.audit.provisioning.facts import BranchFacts, CompanyFacts, SettingFacts
from askpro_cli.base.errors import AskproError
from askpro_cli.base.findings import Check, CheckResult, Finding, Unknown


@dataclass(frozen=True, slots=True)
class Case:
    """A branch, its company, and the settings of that."""

    company: CompanyFacts
    branch: BranchFacts
    settings: SettingFacts

    @property
    def name(self) -> str:
        """Return ``company/branch``."""
        return f"{self.company.slug}/{self.branch.slug}"

    def again(self, check: Check, first: str) -> str:
        """Return what to do first, and the command that looks again."""
        return f"{first}, then {look_again(check, self.company.slug, self.branch.slug)}"

    def finding(self, check: Check, expected: str, actual: str, do: str, *, about: str = "") -> Finding:
        """Return a finding of *check*.

        Args:
            check: which one.
            expected: what ought to be.
            actual: what is.
            do: what to do before looking again; a whole command where it begins with ``askpro``.
            about: which part of the branch, in the operator's words.
        """
        subject = f"{self.name} {about}".strip()
        hint = do if do.startswith("askpro ") else self.again(check, do)
        sentence = f"{subject}: {actual}, expected {expected}"
        return Finding(check.code, subject, expected, actual, hint, check.severity, sentence)

    def unknown(self, check: Check, why: str, hint: str | None = None, *, about: str = "") -> Unknown:
        """Return why *check* could not be made."""
        return Unknown(check.code, f"{self.name} {about}".strip(), why, hint)


def look_again(check: Check, company: str, branch: str = "") -> str:
    """Return the command that makes one check again."""
    words = ["askpro provision check", branch, f"--company {company}", f"--code {check.code}"]
    return " ".join(word for word in words if word)


def unknown_of(check: Check, subject: str, error: AskproError) -> Unknown:
    """Return an error as the reason why *check* could not be made of *subject*."""
    return Unknown(check.code, subject, error.message, error.hint)


def answered(check: Check, *findings: Finding, detail: str = "") -> CheckResult:
    """Return a check's answer of findings alone; none is fine."""
    return CheckResult(check, findings, detail="" if findings else detail)
