"""A million appointments of fifty companies, made by the database itself; the demo company is one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Table,
    case,
    func,
    insert,
    literal,
    null,
    select,
    text,
    true,
)

from askpro_cli.platform.schema import Appointment, Branch, Company, Customer, Service, Staff
from askpro_cli.platform.schema.base import Instant

ROWS = 1_000_000
COMPANIES = 50
A_DAY = 10
"""Appointments of a company on each day, half an hour apart, each of another customer."""

DAYS = ROWS // COMPANIES // A_DAY
CUSTOMERS = 1000
FIRST = datetime(2023, 1, 2, 8, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
_STAMPS = {"created_at": FIRST, "updated_at": FIRST}

_slots = Table(
    "bench_slots",
    MetaData(),
    Column("starts_at", Instant),
    Column("ends_at", Instant),
    Column("customer_id", BigInteger),
)


def fill(engine: Engine) -> None:
    """Add other companies, customers of the demo company, and everybody's appointments in order of time.

    Args:
        engine: over a database that holds the demo company alone, without customers and appointments.
    """
    _slots.create(engine)
    with engine.begin() as connection:
        demo = connection.execute(select(Company.id)).scalar_one()
        connection.execute(insert(Company), [_company(number) for number in range(1, COMPANIES)])
        connection.execute(insert(Customer), [_customer(demo, number) for number in range(CUSTOMERS)])
        first = connection.execute(select(func.min(Customer.id))).scalar_one()
        connection.execute(insert(_slots), [_slot(number, first) for number in range(ROWS // COMPANIES)])
        _everybodys(connection, demo)
    _slots.drop(engine)
    if engine.dialect.name == "postgresql":  # its autovacuum would, within a minute
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def _company(number: int) -> dict[str, object]:
    return {"slug": f"firma-{number}", "name": f"Firma {number}", **_STAMPS}


def _customer(company: int, number: int) -> dict[str, object]:
    return {"company_id": company, "name": f"Gast {number}", "email": f"gast{number}@example.org", **_STAMPS}


def _slot(number: int, first_customer: int) -> dict[str, object]:
    day, place = divmod(number, A_DAY)
    starts_at = FIRST + timedelta(days=day) + place * HALF_AN_HOUR
    customer = first_customer + number % CUSTOMERS
    return {"starts_at": starts_at, "ends_at": starts_at + HALF_AN_HOUR, "customer_id": customer}


def _everybodys(connection: Connection, demo: int) -> None:
    """Give every company an appointment in every slot; only the demo company's say where and with whom."""

    def of_demo(value: ColumnElement[int]) -> ColumnElement[int | None]:
        return case((Company.id == demo, value), else_=null())

    columns: dict[str, Any] = {
        "company_id": Company.id,
        "branch_id": of_demo(select(func.min(Branch.id)).scalar_subquery()),
        "service_id": of_demo(select(func.min(Service.id)).scalar_subquery()),
        "staff_id": of_demo(select(func.min(Staff.id)).scalar_subquery()),
        "customer_id": of_demo(_slots.c.customer_id),
        "starts_at": _slots.c.starts_at,
        "ends_at": _slots.c.ends_at,
        "created_at": _slots.c.starts_at,
        "updated_at": _slots.c.starts_at,
        "correlation_id": literal("bench"),
        "status": literal("scheduled"),
        "source": literal("phone"),
        "version": literal(1),
        "attempts": literal(0),
    }
    made = select(*columns.values()).select_from(_slots.join(Company.__table__, true()))
    ordered = made.order_by(_slots.c.starts_at, Company.id)
    connection.execute(insert(Appointment).from_select(list(columns), ordered, include_defaults=False))
