"""Companies and the people who call them, for tests of customers and telephone numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypedDict

import pytest
from sqlalchemy import inspect, text

from askpro_cli.base.clock import ManualClock
from askpro_cli.booking.customers.matching import find_or_create
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import (
    Activity,
    Appointment,
    CalcomBooking,
    Call,
    Company,
    Customer,
    Notification,
)
from askpro_cli.platform.tenancy import TenantSession
from support.records import opened


def company(records: Records, slug: str, **more: Any) -> Records:
    """Add a company and return its records."""
    records.run_in_transaction(lambda session: session.add(Company(slug=slug, name=slug.title(), **more)))
    return records.for_company(slug)


@pytest.fixture
def sqlite_platform(sqlite_platform_url: str, sandbox_clock: ManualClock) -> Iterator[Records]:
    """Records over empty tables of the embedded database, for tests to which the family does not matter."""
    with opened(sqlite_platform_url, sandbox_clock) as records:
        yield records


@pytest.fixture
def sqlite_salon_records(sqlite_seeded_url: str, sandbox_clock: ManualClock) -> Iterator[Records]:
    """Records of the demo company on the embedded database."""
    with opened(sqlite_seeded_url, sandbox_clock) as records:
        yield records.for_company("salon")


class Wish(TypedDict):
    """Who somebody says to be, as ``find_or_create`` takes it."""

    name: str
    phone: str | None
    email: str | None
    language: str


ANNA: Wish = {
    "name": "Anna Sonderbar",
    "phone": "+491713920012",
    "email": "anna.sonderbar@example.org",
    "language": "de",
}
SECOND_NUMBER = "+493023125077"
TRACES = ("Sonderbar", "anna.sonderbar", "1713920012", "3023125077", "Allergie", "s3.example.org/anna")
"""What no dump may hold once she was erased."""


def life(records: Records, *, clock: ManualClock, ahead: bool = False) -> int:
    """Fill the demo company with everything that can be known of a person, and return her key."""

    def work(session: TenantSession) -> int:
        anna = find_or_create(session, **ANNA)
        anna.notes, anna.tags, anna.phone_variants = "Allergie gegen Ammoniak", ["Allergie"], [SECOND_NUMBER]
        start = clock.now() + timedelta(days=1 if ahead else -1)
        call = _call(anna, start)
        session.add(call)
        session.flush()
        appointment = _appointment(anna, call, start)
        session.add(appointment)
        session.flush()
        session.add_all([*_mails(anna, appointment), *_activity(anna, appointment), *_bookings(appointment)])
        return anna.id

    return records.run_in_transaction(work)


def _call(anna: Customer, start: datetime) -> Call:
    return Call(
        customer_id=anna.id,
        retell_call_id="call_of_anna",
        from_number=anna.phone,
        to_number="+493023125010",
        start_timestamp=start,
        duration_sec=95,
        cost_cents=17,
        summary="Frau Sonderbar möchte einen Termin",
        transcript="Hier Anna Sonderbar, 0171 3920012, ich habe eine Allergie",
        recording_url="https://s3.example.org/anna.wav",
        raw={"from_number": "+491713920012", "name": "Sonderbar"},
    )


def _appointment(anna: Customer, call: Call, start: datetime) -> Appointment:
    return Appointment(
        customer_id=anna.id,
        call_id=call.id,
        calcom_v2_booking_uid="uid-anna-2",
        correlation_id="run-1",
        idempotency_key="anna.sonderbar-1",
        status="scheduled",
        status_reason="wegen Allergie",
        starts_at=start,
        ends_at=start + timedelta(minutes=30),
        payload={"request": {"name": "Anna Sonderbar", "phone": "+491713920012"}},
        booking_metadata={"email": "anna.sonderbar@example.org"},
        notes="Allergie",
        price_cents=3200,
    )


def _mails(anna: Customer, appointment: Appointment) -> list[Notification]:
    def mail(number: int, status: str, **more: Any) -> Notification:
        return Notification(
            appointment_id=appointment.id,
            kind="confirmation",
            recipient=anna.email,
            message_id=f"<{number}@example.org>",
            payload={"customer": "Anna Sonderbar"},
            last_error="550 anna.sonderbar@example.org unknown",
            status=status,
            **more,
        )

    return [
        mail(1, "sent", customer_id=anna.id, sent_at=appointment.starts_at),
        mail(2, "pending", customer_id=anna.id),
    ]


def _activity(anna: Customer, appointment: Appointment) -> list[Activity]:
    about = Activity(
        company_id=anna.company_id,
        event="appointment.kept",
        description="anna.sonderbar@example.org",
        subject_type="appointment",
        subject_id=appointment.id,
        properties={"who": "Sonderbar"},
    )
    naming = Activity(
        company_id=anna.company_id, event="odd", description="odd", properties={"phone": SECOND_NUMBER}
    )
    return [about, naming]


def _bookings(appointment: Appointment) -> list[CalcomBooking]:
    times = {"starts_at": appointment.starts_at, "ends_at": appointment.ends_at}
    return [
        CalcomBooking(
            appointment_id=appointment.id, calcom_uid=f"uid-anna-{number}", status="accepted", **times
        )
        for number in (1, 2)
    ]


def dump(url: str) -> str:
    """Return every value of every row of a database as one text."""
    engine = open_engine(url, read_only=True)
    with engine.connect() as connection:
        found = [
            str(tuple(row))
            for table in inspect(connection).get_table_names()
            for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - from the catalogue
        ]
    engine.dispose()
    return "\n".join(found)
