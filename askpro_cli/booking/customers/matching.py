"""Whose appointment it is: the customer behind a number or an address, inside the session's company.

First the normalised number, then the address; never a name, with which one could act as somebody else. A
row that was merged stands for the one it went into, so a second number leads to the same person once both
rows were merged (``askpro customers merge``). What is known stays: another name, address or language on a
known number is that appointment's alone, and only what the row lacks is filled in.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.exc import IntegrityError

from askpro_cli.base.errors import AskproError, InvalidValueError
from askpro_cli.base.phones import caller_number
from askpro_cli.booking.addresses import check_email
from askpro_cli.booking.customers.person import ACTIVE, standing, survivor
from askpro_cli.booking.requests import check_name
from askpro_cli.platform import tenancy
from askpro_cli.platform.bounded import Bounded, of, table_of
from askpro_cli.platform.row_writing import add_unless_there
from askpro_cli.platform.schema import Customer
from askpro_cli.platform.tenancy import TenantSession

_MAX_NAME = 255
_rows = table_of(Customer)
_WITH_EITHER = Bounded(
    union_all(  # each by its own index
        select(_rows.c.id).where(of(_rows), _rows.c.phone == bindparam("phone")),
        select(_rows.c.id).where(of(_rows), _rows.c.email == bindparam("email")),
    )
)


def find_or_create(
    session: TenantSession, *, name: str, phone: str | None, email: str | None, language: str
) -> Customer:
    """Return the customer of a number or an address; a new one when nobody has them.

    An address alone finds a person only when one has it and the numbers agree: families share addresses.
    Two transactions with the same new number end with one row. A row that was found is held until the
    transaction ends: nobody merges or erases it meanwhile.

    Args:
        session: of one company, inside a transaction.
        name: for a new row, never matched; cut to what the column takes, for its booking stands already.
        phone: as people write it, or a word for a withheld one, or None.
        email: None or empty when there is none.
        language: ``de`` or ``en``, for a new row.

    Raises:
        InvalidValueError: neither number nor address, or one is malformed.
    """
    return session.get_one(Customer, key_of(session, name=name, phone=phone, email=email, language=language))


def key_of(session: TenantSession, *, name: str, phone: str | None, email: str | None, language: str) -> int:
    """Return the key of the customer that :func:`find_or_create` returns, without reading a new row back."""
    _refuse_no_company(session)
    number, address = contact_of(phone, email)
    found = _find(session, number, address) if _is_known(session, number, address) else None
    if found is None:
        return _create(session, check_name(name, field="name")[:_MAX_NAME], number, address, language)
    return _completed(session, found, number, address).id


def contact_of(phone: str | None, email: str | None) -> tuple[str | None, str | None]:
    """Return the normalised number and the address in small letters, at least one of them.

    Raises:
        InvalidValueError: there is none, or one is malformed.
    """
    number = caller_number(phone)
    address = check_email(email).lower() if email and email.strip() else None
    if number is None and address is None:
        message = "a customer needs a telephone number or an e-mail address, and there is neither"
        raise InvalidValueError(
            message, subject="customer", hint="ask a caller without a number for an address"
        )
    return number, address


def _is_known(session: TenantSession, phone: str | None, email: str | None) -> bool:
    """Tell whether any row has one of them: as a rule none has, and then nothing needs to be locked."""
    return _WITH_EITHER.first(session, phone=phone, email=email) is not None


def _find(session: TenantSession, phone: str | None, email: str | None) -> Customer | None:
    """Return the customer of a number, else of an address; None when nobody can be said to be it."""
    if phone is not None:
        of_number = _survivors(session, standing(session, Customer.phone, phone, lock=True))
        if of_number:
            return of_number[0]
    return None if email is None else _by_email(session, email, phone)


def _by_email(session: TenantSession, email: str, phone: str | None) -> Customer | None:
    """Return whom the address belongs to.

    Where several have it, a wish without number means the row without number: the same contact, the same row.
    """
    people = _survivors(session, standing(session, Customer.email, email, lock=True))
    if len(people) == 1 and not _contradicts(people[0], phone):
        return people[0]
    return next((one for one in people if one.phone is None), None) if phone is None else None


def _contradicts(customer: Customer, phone: str | None) -> bool:
    known = {customer.phone, *(customer.phone_variants or [])} - {None}
    return phone is not None and bool(known) and phone not in known


def _survivors(session: TenantSession, rows: Iterable[Customer]) -> list[Customer]:
    """Return the people behind rows, each once."""
    people = {
        one.id: one for one in (survivor(session, row, lock=True) for row in rows) if one.status == ACTIVE
    }
    return list(people.values())


def _create(session: TenantSession, name: str, phone: str | None, email: str | None, language: str) -> int:
    """Add a row, or take the one that another transaction added for this number meanwhile."""
    values = {"name": name, "phone": phone, "email": email, "preferred_language": language}
    key = add_unless_there(session, Customer, status=ACTIVE, **values)
    return key or _completed(session, _other(session, phone), phone, email).id


def _completed(session: TenantSession, customer: Customer, phone: str | None, email: str | None) -> Customer:
    """Fill in what the row lacks; when another row got the number meanwhile, that one is the customer."""
    if customer.email is None and email is not None:
        customer.email = email
    if customer.phone is not None or phone is None or _contradicts(customer, phone):
        return customer
    try:
        with session.begin_nested():
            customer.phone = phone
    except IntegrityError:
        return _other(session, phone)
    return customer


def _other(session: TenantSession, phone: str | None) -> Customer:
    """Return the row that was in the way of a number.

    Raises:
        AskproError: nothing was in the way that can be seen.
    """
    found = _find(session, phone, None)
    if found is None:
        message = "a customer could be neither found nor added"
        raise AskproError(message)
    return found


def _refuse_no_company(session: TenantSession) -> None:
    """Refuse a session that sees more than one company: it would find another one's customer."""
    if session.info.get(tenancy.COMPANY) is None or session.info.get(tenancy.PLATFORM_WIDE):
        message = "a customer was looked for without saying whose"
        raise AskproError(message, hint="name the company")
