"""Runs checks and makes a Result of their answers: one line a check, ok, finding or unknown with why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import AskproError, UnknownError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.base.findings import Check, CheckResult, Finding, Unknown
from askpro_cli.shell.actions.checks import ENV001, ENV010
from askpro_cli.shell.output.result import Column, Result, Table
from askpro_cli.shell.settings.check import check_settings, check_variables
from askpro_cli.shell.settings.layers import find_places
from askpro_cli.shell.settings.secret_files import check_privacy, check_secret_files

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

_COLUMNS = (Column("Verdict", style="bold"), Column("Code"), Column("Check"), Column("Detail"))


def configuration_checks(app: App) -> list[CheckResult]:
    """Return the checks that need nothing but files and environment."""
    places = find_places(app.env, app.cwd)
    files = check_settings(places, app.env)
    return [
        files if files.findings else _check_choice(app, files),
        check_variables(app.env),
        check_privacy(places, app.env),
        check_secret_files(places, app.env),
    ]


def _check_choice(app: App, files: CheckResult) -> CheckResult:
    """Check what needs all settings together: the chosen profile and company, and its zone."""
    try:
        zone = app.company.zone
    except UnknownError as error:  # the settings do not name it, and the records cannot be asked
        return CheckResult(ENV001, unknown=(unknown_of(ENV001, error),))
    except AskproError as error:
        return CheckResult(ENV001, (finding_of(ENV001, error),))
    return CheckResult(ENV001, detail=f"{files.detail}; company {app.company.slug}, {zone.key}")


def finding_of(check: Check, error: AskproError, expected: str = "a valid setting") -> Finding:
    """Return an error as a finding of *check*."""
    return Finding(
        check.code,
        error.subject or "settings",
        expected,
        error.message,
        error.hint or f"askpro explain {check.code}",
        check.severity,
        sentence=error.message,
    )


def unknown_of(check: Check, error: AskproError) -> Unknown:
    """Return an error as the reason why *check* could not be made."""
    return Unknown(check.code, check.title, error.message, error.hint)


def report(results: Sequence[CheckResult]) -> Result:
    """Return the answer of a command that ran these checks.

    Exit 2 when the settings or the files they name are wrong, else 1 for findings, 5 for what could not be
    checked.
    """
    findings = [finding for result in results for finding in result.findings]
    invalid = any(result.check in (ENV001, ENV010) and result.findings for result in results)
    return Result(
        data={"checks": [_as_dict(result) for result in results]},
        records="checks",
        table=Table(
            _COLUMNS,
            [_row(result, _short_detail(result)) for result in results],
            tsv_rows=[_row(result, _detail(result)) for result in results],
        ),
        findings=findings,
        unknown=[unknown for result in results for unknown in result.unknown],
        exit_code=ExitCode.USAGE if invalid else None,
    )


def _row(result: CheckResult, detail: str) -> list[str]:
    return [result.verdict, result.check.code, result.check.title, detail]


def _short_detail(result: CheckResult) -> str:
    """Return what a table on a terminal shows: the sentences of findings follow below, with their hints."""
    if result.findings:
        return "; ".join(dict.fromkeys(finding.subject for finding in result.findings))
    return _detail(result)


def _detail(result: CheckResult) -> str:
    if result.findings:
        return "; ".join(finding.text for finding in result.findings)
    return "; ".join(unknown.why for unknown in result.unknown) or result.detail


def _as_dict(result: CheckResult) -> dict[str, Any]:
    return {
        "code": result.check.code,
        "title": result.check.title,
        "verdict": result.verdict,
        "detail": _detail(result),
    }
