"""The rows of phone_numbers as they stand: which are not in E.164, and which one was probably meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.phones import normalise_phone
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Branch, Company, PhoneNumber
from askpro_cli.platform.tenancy import TenantSession


class NumberRow(NamedTuple):
    """A row of phone_numbers, and what its number is.

    Args:
        id: of the row.
        number: as it stands there.
        normalised: E.164, None when it is no number.
        type: ``direct`` or ``hotline``.
        company, branch: slugs.
        agent_id: of the voice vendor; the number's own, else the branch's.
        is_active: whether the row is switched on.
    """

    id: int
    number: str
    normalised: str | None
    type: str
    company: str
    branch: str | None
    agent_id: str | None
    is_active: bool

    @property
    def is_exact(self) -> bool:
        """Tell whether a call to the number finds this row."""
        return self.number == self.normalised


def numbers(records: Records) -> list[NumberRow]:
    """Return the numbers of the records' company, of all companies when they are platform-wide.

    Raises:
        RecordsError: the database cannot be used.
    """
    return records.run_in_transaction(_rows, context="list the telephone numbers")


def likely_meant(session: TenantSession, number: str) -> str | None:
    """Return a hint at the row that was probably meant by a number that no row has.

    Args:
        session: of the whole platform.
        number: E.164.
    """
    rows = _rows(session)
    same = [row for row in rows if row.normalised == number]
    if same:
        where = ", ".join(f"row {row.id} of {row.company}" for row in same)
        return f"{where} holds it in another spelling, which no call finds: write it as {number} there"
    near = [row.number for row in rows if _differ_by_a_slip(row.number, number)]
    return f"did you mean {near[0]}? (askpro phones resolve {near[0]})" if near else None


def _rows(session: TenantSession) -> list[NumberRow]:
    found = session.execute(
        select(PhoneNumber, Company.slug, Branch)
        .join(Company, Company.id == PhoneNumber.company_id)
        .outerjoin(Branch, Branch.id == PhoneNumber.branch_id)
        .order_by(Company.slug, PhoneNumber.number)
    )
    return [_row(phone, slug, branch) for phone, slug, branch in found]


def _row(phone: PhoneNumber, company: str, branch: Branch | None) -> NumberRow:
    return NumberRow(
        id=phone.id,
        number=phone.number,
        normalised=_normalised(phone.number),
        type=phone.type,
        company=company,
        branch=branch.slug if branch else None,
        agent_id=phone.retell_agent_id or (branch.retell_agent_id if branch else None),
        is_active=phone.is_active,
    )


def _normalised(number: str) -> str | None:
    try:
        return normalise_phone(number)
    except InvalidValueError:
        return None


def _differ_by_a_slip(one: str, other: str) -> bool:
    """Tell whether two numbers differ in one digit, in two that changed places, or in one left out."""
    if len(one) == len(other):
        slips = [place for place, (left, right) in enumerate(zip(one, other, strict=True)) if left != right]
        swapped = len(slips) == 2 and _swapped(one, other, slips)  # noqa: PLR2004 - two change places
        return len(slips) == 1 or swapped
    longer, shorter = sorted((one, other), key=len, reverse=True)
    if len(longer) - len(shorter) != 1:
        return False
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))


def _swapped(one: str, other: str, slips: Sequence[int]) -> bool:
    first, second = slips
    return second == first + 1 and one[first] == other[second] and one[second] == other[first]
