"""``askpro phones`` between the command line and the records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askpro_cli.shell.actions.records.opened import company_records, platform_records
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.platform.phone_resolution import Resolution, Step
    from askpro_cli.platform.phone_rows import NumberRow
    from askpro_cli.shell.context import App

_STEPS = (Column("Rule", style="bold"), Column("Held", fit="keep"), Column("Outcome"))
_NUMBERS = (
    Column("Number", style="bold", fit="keep"),
    Column("Company", fit="keep"),
    Column("Branch", fit="keep"),
    Column("Type", fit="keep", drop=2),
    Column("Agent", fit="cut", drop=1),
    Column("In use", fit="keep"),
)


def resolve_number(app: App, number: str, *, region: str) -> Result:
    """Return where a number leads, with the rules that were tried; an error in it when it leads nowhere.

    Raises:
        RecordsError: the database cannot be used.
    """
    from askpro_cli.platform.phone_resolution import resolve

    found = resolve(platform_records(app, read_only=True), number, region=region)
    rows = [[step.rule, _held(step), step.outcome] for step in found.steps]
    return Result(
        data=_resolution(found),
        table=Table(_STEPS, rows),
        messages=[] if found.error else [_led(found)],
        errors=[found.error] if found.error else [],
    )


def list_numbers(app: App, *, all_companies: bool) -> Result:
    """Return the numbers of the company, or of the platform.

    Raises:
        NotFoundError: the records know no such company.
        RecordsError: the database cannot be used.
    """
    from askpro_cli.platform.phone_rows import numbers

    if all_companies:
        found = numbers(platform_records(app, read_only=True).platform_wide("list all telephone numbers"))
    else:
        found = numbers(company_records(app, read_only=True))
    odd = [_told(row) for row in found if not row.is_exact]
    return Result(
        data={"numbers": [row._asdict() for row in found], "total": len(found)},
        table=Table(_NUMBERS, [_number(row) for row in found]),
        messages=odd or ([] if found else ["there are no numbers"]),
        records="numbers",
    )


def _resolution(found: Resolution) -> dict[str, Any]:
    return {
        "number": found.number,
        "found": found.error is None,
        "ended": found.ended._asdict() if found.ended else None,
        "steps": [step._asdict() for step in found.steps],
    }


def _held(step: Step) -> str:
    return "" if step.passed is None else "yes" if step.passed else "no"


def _led(found: Resolution) -> str:
    ended = found.ended
    if ended is None:
        return ""
    branch = f", branch {ended.branch}" if ended.branch else ""
    agent = f", agent {ended.agent_id}" if ended.agent_id else ", no agent is set"
    return f"{found.number} leads to company {ended.company}{branch}{agent}"


def _number(row: NumberRow) -> list[str]:
    used = "yes" if row.is_active else "no"
    return [row.number, row.company, row.branch or "", row.type, row.agent_id or "", used]


def _told(row: NumberRow) -> str:
    should = f"write it as {row.normalised}" if row.normalised else "it is no telephone number"
    return f"row {row.id} of {row.company} is not in E.164, so no call finds it: {should}"
