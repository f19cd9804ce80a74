"""What ``askpro provision check`` answers: one line a check, and for each branch whether it is ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from askpro_cli.audit.provisioning import codes
from askpro_cli.audit.provisioning.key_checks import RETELL_IS_NOT_ASKED
from askpro_cli.base.exit_codes import ExitCode, combine
from askpro_cli.base.findings import Severity
from askpro_cli.shell.actions.vendor_meta import counted
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.audit.provisioning.examining import Made
    from askpro_cli.audit.provisioning.facts import CompanyFacts
    from askpro_cli.base.errors import AskproError
    from askpro_cli.base.findings import CheckResult, Finding, Unknown
    from askpro_cli.shell.context import App

_COLUMNS = (
    Column("Branch", style="bold", fit="keep"),
    Column("Code", fit="keep"),
    Column("Verdict"),
    Column("Check"),
    Column("Detail"),
)
_ALIAS = {code: alias for alias, code in codes.ALIASES.items()}


def report(
    app: App,
    made: Sequence[Made],
    errors: Sequence[AskproError],
    *,
    companies: Sequence[CompanyFacts],
    requests: int,
) -> Result:
    """Return the answer: findings 1, partial 6 where some companies failed, else unknown 5.

    A finding of the whole platform, such as a webhook's secret, is told once.
    """
    findings = list(dict.fromkeys(found for one in made for found in one.result.findings))
    unknown = list(dict.fromkeys(one_unknown for one in made for one_unknown in one.result.unknown))
    branches = [
        _branch(company.slug, branch.slug, made) for company in companies for branch in company.branches
    ]
    return Result(
        data={
            "counts": _counts(made),
            "branches": branches,
            "checks": [_check(one) for one in made],
        },
        records="checks",
        table=_table(made, whole=app.options.verbose),
        messages=_messages(made, branches, companies, requests),
        findings=findings,
        unknown=unknown,
        errors=errors,
        exit_code=_exit_code(app, findings, unknown, errors, some=bool(made)),
        meta={"requests": requests},
    )


def _exit_code(
    app: App,
    findings: Sequence[Finding],
    unknown: Sequence[Unknown],
    errors: Sequence[AskproError],
    *,
    some: bool,
) -> ExitCode | None:
    """Return what it comes to where a company failed beside others; None lets the lists say it."""
    if not (errors and some):
        return None
    present = [ExitCode.PARTIAL]
    present += [ExitCode.FINDINGS] if findings else []
    present += [ExitCode.UNKNOWN] if unknown else []
    return combine(present, unknown_first=app.options.unknown_first)


def _counts(made: Iterable[Made]) -> dict[str, int]:
    counts = Counter(one.result.verdict for one in made)
    return {verdict: counts[verdict] for verdict in ("ok", "findings", "unknown")}


def _check(one: Made) -> dict[str, Any]:
    check = one.result.check
    return {
        "company": one.company,
        "branch": one.branch,
        "code": check.code,
        "alias": _ALIAS.get(check.code),
        "title": check.title,
        "severity": check.severity.value,
        "verdict": one.result.verdict,
        "detail": _detail(one.result),
    }


def _branch(company: str, branch: str, made: Iterable[Made]) -> dict[str, Any]:
    """Return whether a branch is ready: no with an error found, null where one could not be looked for."""
    results = [one.result for one in made if one.company == company and one.branch in (None, branch)]
    severities = Counter(found.severity for result in results for found in result.findings)
    errors = severities[Severity.ERROR]
    doubt = any(result.unknown and result.check.severity is Severity.ERROR for result in results)
    return {
        "company": company,
        "branch": branch,
        "ready": False if errors else None if doubt else True,
        "errors": errors,
        "warnings": severities[Severity.WARNING],
        "unknown": sum(len(result.unknown) for result in results),
    }


def _table(made: Sequence[Made], *, whole: bool) -> Table:
    """Return every check for a program; for a person what is not fine, and a line for who is well."""
    rows: list[list[str]] = []
    for name, group in groupby(made, key=_name):
        checks = list(group)
        shown = checks if whole else [one for one in checks if one.result.verdict != "ok"]
        rows += [_row(one) for one in shown] or [[name, "", "ok", counted(len(checks), "check"), ""]]
    return Table(_COLUMNS, rows, tsv_rows=[_row(one) for one in made])


def _name(one: Made) -> str:
    return f"{one.company}/{one.branch}" if one.branch else one.company


def _row(one: Made) -> list[str]:
    check = one.result.check
    return [_name(one), check.code, one.result.verdict, check.title, _detail(one.result)]


def _detail(result: CheckResult) -> str:
    said = [f"{found.subject}: {found.actual}" for found in result.findings]
    said += list(dict.fromkeys(unknown.why for unknown in result.unknown))
    return "; ".join(said) or result.detail


def _messages(
    made: Sequence[Made],
    branches: Sequence[dict[str, Any]],
    companies: Sequence[CompanyFacts],
    requests: int,
) -> list[str]:
    counts = _counts(made)
    verdicts = f"{counts['ok']} ok, {counts['findings']} with findings, {counts['unknown']} unknown"
    of = _several(len(companies), "company", "companies")
    where = f"{_several(len(branches), 'branch', 'branches')} of {of}"
    messages = [
        f"{where}, {counted(len(made), 'check')}: {verdicts}; {counted(requests, 'request')} to Cal.com"
    ]
    if any(one.result.check is codes.RETELL_KEY and one.result.verdict == "ok" for one in made):
        messages.insert(0, RETELL_IS_NOT_ASKED)
    return messages


def _several(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
