"""What a mail says: read from the records when it becomes true, and kept with the mail ever after."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, select

from askpro_cli.base.errors import NotFoundError
from askpro_cli.base.times import iso_utc
from askpro_cli.booking.notifications.addressee import usable_address
from askpro_cli.platform.bounded import Bounded, company_of, of, table_of
from askpro_cli.platform.schema import Appointment, Branch, Company, Customer, Notification, Service, Staff
from askpro_cli.platform.tenancy import TenantSession

DEFAULT_ZONE = "Europe/Berlin"
LANGUAGES = ("de", "en")
"""What there are words in; the first is taken for every other language."""

_company, _branch, _service = table_of(Company), table_of(Branch), table_of(Service)
_staff, _customer, _mail = table_of(Staff), table_of(Customer), table_of(Notification)

_PLACE = ("address", "postal_code", "city", "timezone")


def _beside(table: Table, column: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """Return how a table is joined to its company: by one key, where there is one."""
    return of(table) & (table.c.company_id == _company.c.id) & (column == bindparam(name))


_FACTS = Bounded(
    select(
        *(_company.c[name] for name in ("slug", "name", "email", "phone", *_PLACE)),
        _company.c.calcom_handles_notifications,
        _company.c.send_booking_confirmations,
        *(_branch.c[name].label(f"branch_{name}") for name in ("name", "phone_number", *_PLACE)),
        _service.c.name.label("service"),
        _staff.c.name.label("staff"),
        _customer.c.id.label("customer_id"),
        _customer.c.name.label("customer_name"),
        _customer.c.email.label("customer_email"),
        _customer.c.preferred_language,
        _mail.c.id.label("mail_id"),
        _mail.c.sequence,
        _mail.c.payload,
    )
    .select_from(
        _company.outerjoin(_branch, _beside(_branch, _branch.c.id, "branch"))
        .outerjoin(_service, _beside(_service, _service.c.id, "service"))
        .outerjoin(_staff, _beside(_staff, _staff.c.id, "staff"))
        .outerjoin(_customer, _beside(_customer, _customer.c.id, "customer"))
        .outerjoin(_mail, _beside(_mail, _mail.c.appointment_id, "appointment"))
    )
    .where(of(_company))
    .order_by(_mail.c.sequence.desc())
    .limit(1)
)


def facts_of(session: TenantSession, appointment: Appointment) -> Row[Any]:
    """Return all that a mail about an appointment may need, by one question.

    The company, the branch (``branch_…``), the names of ``service`` and ``staff``, the customer
    (``customer_…``), and of the newest mail about it ``mail_id``, ``sequence`` and ``payload``.

    Args:
        session: of the company, with nothing unwritten that belongs to it.
        appointment: with the rows set that it has.
    """
    found = _FACTS.first(
        session,
        branch=appointment.branch_id,
        service=appointment.service_id,
        staff=appointment.staff_id,
        customer=appointment.customer_id,
        appointment=appointment.id,
    )
    if found is None:
        message = f"company {company_of(session)} is not in the records any more"
        raise NotFoundError(message)
    return found


def contents_of(facts: Row[Any], appointment: Appointment, name: str) -> dict[str, Any]:
    """Return the facts of a mail as JSON: names, place, and the times in UTC with the zone to show them in.

    Args:
        facts: from :func:`facts_of`, in the transaction that made them true.
        appointment: with the times the mail shall tell.
        name: of who gets the mail.
    """
    return {
        "company": facts.name,
        "company_email": usable_address(facts.email),
        "customer": name,
        "service": facts.service,
        "staff": facts.staff,
        "branch": facts.branch_name,
        "phone": facts.branch_phone_number or facts.phone,
        "address": _address(facts),
        "starts_at": iso_utc(appointment.starts_at),
        "ends_at": iso_utc(appointment.ends_at),
        "timezone": facts.branch_timezone or facts.timezone or DEFAULT_ZONE,
        "calendar_uid": calendar_uid(appointment, facts.slug),
    }


def calendar_uid(appointment: Appointment, company: str) -> str:
    """Return the UID of the appointment's calendar entry: the same in every mail about it."""
    return f"askpro-{company}-{appointment.id}-{appointment.correlation_id}"


def _address(facts: Row[Any]) -> str | None:
    """Return where to go, on one line; the branch's own address, or the company's where it has none."""
    street, code, city = facts.branch_address, facts.branch_postal_code, facts.branch_city
    if not (street or city):
        street, code, city = facts.address, facts.postal_code, facts.city
    town = " ".join(part for part in (code, city) if part)
    return ", ".join(part for part in (street, town) if part) or None
