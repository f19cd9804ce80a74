"""Whose call it is: from a dialled number to company, branch and agent, with every rule that was tried.

The number is read into E.164 and looked up exactly. There is no likeness, and no company that takes what is
left over: a number that leads nowhere is an error. The caller's own number plays no part in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, select

from askpro_cli.base.errors import AskproError, InvalidValueError, NotFoundError
from askpro_cli.base.phones import REGION, is_withheld, normalise_phone, readings
from askpro_cli.platform.phone_rows import likely_meant
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Branch, Company, PhoneNumber
from askpro_cli.platform.tenancy import TenantSession

_REASON = "find the company of a dialled number"
# Columns in place of models, which would take as long again to make.
_QUERY = (
    select(
        PhoneNumber.id.label("phone_number_id"),
        PhoneNumber.company_id,
        PhoneNumber.type,
        PhoneNumber.is_active,
        PhoneNumber.retell_agent_id.label("own_agent"),
        PhoneNumber.retell_agent_version.label("agent_version"),
        Company.slug.label("company"),
        Company.is_active.label("company_active"),
        Company.deleted_at.label("company_deleted"),
        Branch.id.label("branch_id"),
        Branch.slug.label("branch"),
        Branch.company_id.label("branch_company_id"),
        Branch.is_active.label("branch_active"),
        Branch.deleted_at.label("branch_deleted"),
        Branch.retell_agent_id.label("branch_agent"),
    )
    .join(Company, Company.id == PhoneNumber.company_id)
    .outerjoin(Branch, Branch.id == PhoneNumber.branch_id)
    .where(PhoneNumber.number == bindparam("number"))
)


class Step(NamedTuple):
    """One rule and what came of it.

    Args:
        rule: its name.
        outcome: in words.
        passed: whether it held; None where it does not apply or only tells.
    """

    rule: str
    outcome: str
    passed: bool | None = None


class Destination(NamedTuple):
    """Where a number leads.

    Args:
        phone_number_id, company_id, branch_id: keys of the rows; no branch for a hotline.
        company, branch: their slugs.
        agent_id, agent_version: of the voice vendor; the number's own, else the branch's.
        type: ``direct`` or ``hotline``.
    """

    phone_number_id: int
    company_id: int
    company: str
    branch_id: int | None
    branch: str | None
    agent_id: str | None
    agent_version: str | None
    type: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of a number.

    Args:
        number: E.164, None when it could not be read.
        steps: every rule tried, in order.
        ended: the row it ended at, also when that row is not in use; None when there is none.
        error: why it leads nowhere; None when it leads to *ended*.
    """

    number: str | None
    steps: tuple[Step, ...]
    ended: Destination | None = None
    error: AskproError | None = None


def resolve(records: Records, number: str, *, region: str = REGION) -> Resolution:
    """Return where a dialled number leads and each rule on the way; nothing is changed.

    Args:
        records: of the platform or of any company; the look-up is over the whole platform and logged.
        number: as somebody wrote it.
        region: ISO 3166 country of a number without country code.

    Raises:
        RecordsError: the database cannot be used.
    """
    steps = list(_reading_steps(number, region))
    try:
        normalised = normalise_phone(number, region=region, field="number")
    except InvalidValueError as error:
        return Resolution(None, tuple(steps), error=_unread(number, error))
    wide = records.platform_wide(_REASON)
    found = wide.run_in_transaction(lambda session: look_up(session, normalised), context=_REASON)
    steps += found.steps
    if found.error is None or found.ended is not None:
        return Resolution(normalised, tuple(steps), found.ended, found.error)
    hint = wide.run_in_transaction(lambda session: likely_meant(session, normalised), context=_REASON)
    nobodys = NotFoundError(found.error.message, hint=hint or found.error.hint, subject=normalised)
    return Resolution(normalised, tuple(steps), error=nobodys)


def company_of_call(records: Records, to_number: str | None) -> Destination:
    """Return whose call it is, by the number that was dialled and nothing else.

    Args:
        records: as for :func:`resolve`.
        to_number: the dialled number, as the voice vendor sent it.

    Raises:
        NotFoundError: it is nobody's, or not in use.
        InvalidValueError: it is no number.
        RecordsError: the database cannot be used.
    """
    normalised = normalise_phone(to_number or "", field="dialled number")
    wide = records.platform_wide(_REASON)
    found = wide.run_in_transaction(lambda session: look_up(session, normalised), context=_REASON)
    if found.ended is None or found.error is not None:
        raise found.error or NotFoundError(f"no company has the number {normalised}", subject=normalised)
    return found.ended


def look_up(session: TenantSession, number: str) -> Resolution:
    """Return the row of a number and whether it is in use, with one query by its unique key.

    Args:
        session: of the whole platform.
        number: E.164.
    """
    row = session.execute(_QUERY, {"number": number}).one_or_none()
    if row is None:
        step = Step("look-up in phone_numbers", "no row has it", passed=False)
        error = NotFoundError(
            f"no company has the number {number}", subject=number, hint="askpro phones list --all-companies"
        )
        return Resolution(number, (step,), error=error)
    steps = (
        Step("look-up in phone_numbers", f"row {row.phone_number_id} has exactly it", passed=True),
        *_use_steps(row),
    )
    return Resolution(number, steps, _destination(row), _unused(number, row.company, steps))


def _reading_steps(number: str, region: str) -> Iterator[Step]:
    withheld = is_withheld(number)
    yield Step(
        "not withheld", "there is no number in it" if withheld else "a number was sent", passed=not withheld
    )
    if withheld:
        return
    tried = False
    for reading in readings(number, region=region):
        tried = True
        yield Step(reading.rule, reading.number or reading.outcome, passed=bool(reading.number) or None)
    if not tried:
        yield Step("written as a number", "there is something else in it", passed=False)


def _use_steps(row: Row[*tuple[Any, ...]]) -> Iterator[Step]:
    yield _use("number in use", row.type, switched_on=row.is_active)
    if row.branch is None:
        yield Step("branch in use", "none: a hotline of the company" if row.type == "hotline" else "none")
    elif row.branch_company_id != row.company_id:
        yield Step("branch in use", f"{row.branch} belongs to another company", passed=False)
    else:
        yield _use("branch in use", row.branch, switched_on=row.branch_active, deleted=row.branch_deleted)
    yield _use("company in use", row.company, switched_on=row.company_active, deleted=row.company_deleted)
    yield Step("agent", row.own_agent or row.branch_agent or "none is set")


def _use(rule: str, name: str, *, switched_on: bool, deleted: object = None) -> Step:
    state = "deleted" if deleted else "in use" if switched_on else "switched off"
    return Step(rule, f"{name}, {state}", passed=bool(switched_on and not deleted))


def _destination(row: Row[*tuple[Any, ...]]) -> Destination:
    return Destination(
        phone_number_id=row.phone_number_id,
        company_id=row.company_id,
        company=row.company,
        branch_id=row.branch_id,
        branch=row.branch,
        agent_id=row.own_agent or row.branch_agent,
        agent_version=row.agent_version if row.own_agent else None,
        type=row.type,
    )


def _unused(number: str, company: str, steps: tuple[Step, ...]) -> NotFoundError | None:
    """Return why a row that is there leads nowhere, None when it leads to its company."""
    bad = next((step for step in steps if step.passed is False), None)
    if bad is None:
        return None
    return NotFoundError(
        f"the number {number} of company {company} leads nowhere: {bad.rule.removesuffix(' in use')} "
        f"{bad.outcome}",
        subject=number,
        hint="nothing takes its place; switch it on or correct its row if calls should arrive",
    )


def _unread(number: str, error: InvalidValueError) -> InvalidValueError:
    if not is_withheld(number):
        return error
    hint = "a caller's number may be withheld, the dialled one is not: resolve the number that was dialled"
    return InvalidValueError(error.message, hint=hint, subject="number")
