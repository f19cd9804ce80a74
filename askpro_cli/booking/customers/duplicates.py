"""Rows that are probably one person, with the reason; a name alone is never one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.phones import normalise_phone
from askpro_cli.booking.customers.names import name_words
from askpro_cli.booking.customers.person import ACTIVE
from askpro_cli.platform.schema import Customer
from askpro_cli.platform.tenancy import TenantSession

SAME_NUMBER, SAME_VARIANT, SAME_EMAIL = "same_number", "same_variant", "same_email"
SURE, LIKELY, POSSIBLE = _ORDER = ("sure", "likely", "possible")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two rows that are probably one person.

    Args:
        kept: key of the older row.
        merged: key of the other.
        names: of both, in that order.
        reasons: ``same_number`` (spelled in two ways), ``same_variant`` (a number of one is a further one of
            the other) and ``same_email``.
        confidence: ``sure`` for a number; for an address ``likely`` when the names agree as well, else
            ``possible``: families share one.
    """

    kept: int
    merged: int
    names: tuple[str, str]
    reasons: list[str]
    confidence: str


class _Row(NamedTuple):
    id: int
    name: str
    phone: str | None
    variants: list[str] | None
    email: str | None


@dataclass(slots=True)
class _Shared:
    """Rows by what they have in common."""

    numbers: dict[str, list[tuple[_Row, bool]]] = field(default_factory=lambda: defaultdict(list))
    addresses: dict[str, list[_Row]] = field(default_factory=lambda: defaultdict(list))


def duplicates(session: TenantSession) -> list[Duplicate]:
    """Return the pairs of a company, the surest first; merged and erased rows do not count.

    Args:
        session: of one company.
    """
    columns = (Customer.id, Customer.name, Customer.phone, Customer.phone_variants, Customer.email)
    rows = session.execute(select(*columns).where(Customer.status == ACTIVE).order_by(Customer.id))
    shared = _shared(_Row(*row) for row in rows)
    people: dict[tuple[int, int], tuple[_Row, _Row]] = {}
    reasons: dict[tuple[int, int], list[str]] = defaultdict(list)
    for first, other, reason in _pairs(shared):
        key = (first.id, other.id)
        people[key] = (first, other)
        if reason not in reasons[key]:
            reasons[key].append(reason)
    found = [_duplicate(*pair, reasons[key]) for key, pair in people.items()]
    return sorted(found, key=lambda one: (_ORDER.index(one.confidence), one.kept, one.merged))


def _shared(rows: Iterable[_Row]) -> _Shared:
    found = _Shared()
    for row in rows:
        if row.phone:
            found.numbers[_normalised(row.phone)].append((row, False))
        for variant in row.variants or []:
            found.numbers[_normalised(variant)].append((row, True))
        if row.email and row.email.strip():
            found.addresses[row.email.strip().lower()].append(row)
    return found


def _pairs(shared: _Shared) -> Iterator[tuple[_Row, _Row, str]]:
    """Yield the oldest row of each common number and address with each other one of it."""
    for holders in shared.numbers.values():
        (first, first_further), *others = holders
        for other, further in others:
            if other.id != first.id:
                yield first, other, SAME_VARIANT if first_further or further else SAME_NUMBER
    for rows in shared.addresses.values():
        for other in rows[1:]:
            yield rows[0], other, SAME_EMAIL


def _duplicate(first: _Row, other: _Row, reasons: list[str]) -> Duplicate:
    same_name = name_words(first.name) == name_words(other.name)
    by_number = SAME_NUMBER in reasons or SAME_VARIANT in reasons
    confidence = SURE if by_number else LIKELY if same_name else POSSIBLE
    return Duplicate(first.id, other.id, (first.name, other.name), reasons, confidence)


def _normalised(number: str) -> str:
    """Return an imported number in E.164; one that is none stays as it is."""
    try:
        return normalise_phone(number)
    except InvalidValueError:
        return number
