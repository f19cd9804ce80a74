"""What a mail says: read from the records when it becomes true, and kept with the mail ever after."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from askpro_cli.base.times import iso_utc
from askpro_cli.booking.notifications.addressee import usable_address
from askpro_cli.platform.schema import Appointment, Branch, Company, Service, Staff

_NAMED = (
    select(Branch, Service, Staff)
    .select_from(Appointment)
    .outerjoin(Branch, Branch.id == Appointment.branch_id)
    .outerjoin(Service, Service.id == Appointment.service_id)
    .outerjoin(Staff, Staff.id == Appointment.staff_id)
    .where(Appointment.id == bindparam("appointment"))
)

DEFAULT_ZONE = "Europe/Berlin"
LANGUAGES = ("de", "en")
"""What there are words in; the first is taken for every other language."""


def contents_of(session: Session, appointment: Appointment, company: Company, name: str) -> dict[str, Any]:
    """Return the facts of a mail as JSON: names, place, and the times in UTC with the zone to show them in.

    Args:
        session: of the company, in the transaction that made the facts true.
        appointment: with the times the mail shall tell.
        company: whose appointment it is.
        name: of who gets the mail.
    """
    branch, service, staff = _named(session, appointment)
    return {
        "company": company.name,
        "company_email": usable_address(company.email),
        "customer": name,
        "service": service.name if service else None,
        "staff": staff.name if staff else None,
        "branch": branch.name if branch else None,
        "phone": (branch.phone_number if branch else None) or company.phone,
        "address": _address(branch, company),
        "starts_at": iso_utc(appointment.starts_at),
        "ends_at": iso_utc(appointment.ends_at),
        "timezone": (branch.timezone if branch else None) or company.timezone or DEFAULT_ZONE,
        "calendar_uid": calendar_uid(appointment, company),
    }


def calendar_uid(appointment: Appointment, company: Company) -> str:
    """Return the UID of the appointment's calendar entry: the same in every mail about it."""
    return f"askpro-{company.slug}-{appointment.id}-{appointment.correlation_id}"


def _named(session: Session, appointment: Appointment) -> tuple[Branch | None, Service | None, Staff | None]:
    """Return where, what and with whom, by one query."""
    branch, service, staff = session.execute(_NAMED, {"appointment": appointment.id}).one()
    return branch, service, staff


def _address(branch: Branch | None, company: Company) -> str | None:
    """Return where to go, on one line; the branch's own address, or the company's where it has none."""
    place = branch if branch and (branch.address or branch.city) else company
    town = " ".join(part for part in (place.postal_code, place.city) if part)
    return ", ".join(part for part in (place.address, town) if part) or None
