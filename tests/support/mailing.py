"""A company with one appointment, for tests of the mails about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from askpro_cli.booking.notifications import outbox
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Appointment, Branch, Company, Customer, Notification, Service, Staff
from askpro_cli.platform.tenancy import TenantSession

T = TypeVar("T")

START = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)


def furnish(records: Records, **customer: Any) -> Records:
    """Make the company ``salon`` with a branch, a service, one of its staff, a customer and an appointment.

    Args:
        records: over empty tables.
        customer: fields of the customer in place of the usual ones.
    """
    records.run_in_transaction(
        lambda session: session.add(
            Company(
                slug="salon",
                name="Salon Beispiel",
                email="post@salon.example.org",
                phone="+493023125001",
                calcom_handles_notifications=False,
            )
        )
    )
    salon = records.for_company("salon")
    salon.run_in_transaction(lambda session: _people(session, customer))
    return salon


def _people(session: TenantSession, customer: dict[str, Any]) -> None:
    branch = Branch(slug="mitte", name="Mitte", address="Musterweg 1", postal_code="10115", city="Berlin")
    rows = [
        branch,
        Service(name="Herrenhaarschnitt", duration=45),
        Staff(name="Lea Muster"),
        Customer(**{"name": "Anna Schmidt", "email": "anna@example.org"} | customer),
    ]
    session.add_all(rows)
    session.flush()
    session.add(
        Appointment(
            branch_id=rows[0].id,
            service_id=rows[1].id,
            staff_id=rows[2].id,
            customer_id=rows[3].id,
            correlation_id="0123456789ab",
            status="scheduled",
            starts_at=START,
            ends_at=START + timedelta(minutes=45),
        )
    )


def with_appointment(records: Records, work: Callable[[TenantSession, Appointment], T]) -> T:
    """Return what *work* returns on the one appointment, committed."""
    return records.run_in_transaction(
        lambda session: work(session, session.scalars(select(Appointment)).one())
    )


def queued(records: Records, kind: outbox.Kind = "confirmation") -> Notification | None:
    """Put a mail about the one appointment into the outbox."""

    def work(session: TenantSession, one: Appointment) -> Notification | None:
        key = outbox.queue(session, one, kind, correlation_id="abcdef012345")
        return session.get_one(Notification, key) if key else None

    return with_appointment(records, work)


def outbox_rows(records: Records) -> list[Notification]:
    """Return the outbox, oldest first."""
    return records.run_in_transaction(
        lambda session: list(session.scalars(select(Notification).order_by(Notification.id)))
    )
