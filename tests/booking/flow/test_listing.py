"""Appointments of a day, of a person, of a customer: one company's, and by the index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from support.records import opened

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import NotFoundError
from askpro_cli.base.times import Interval
from askpro_cli.booking.flow.showing.filters import AppointmentFilter
from askpro_cli.booking.flow.showing.listing import find_appointment, history, list_appointments
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Appointment, Branch, CalcomBooking, Company, Customer, Staff
from askpro_cli.platform.tenancy import TenantSession

DAY = timedelta(days=1)
INDEX = "appointments_company_starts_at_index"
EXPLAIN = {
    "sqlite": "EXPLAIN QUERY PLAN ",
    "postgresql": "EXPLAIN ",
    "mysql": "EXPLAIN ",
    "mariadb": "EXPLAIN ",
}


@pytest.fixture
def now(sandbox_clock: ManualClock) -> datetime:
    return sandbox_clock.now()


@pytest.fixture
def embedded(sqlite_platform_url: str, sandbox_clock: ManualClock) -> Iterator[Records]:
    """Records over empty tables, where the family does not matter."""
    with opened(sqlite_platform_url, sandbox_clock) as records:
        yield records


@pytest.fixture
def salon(embedded: Records) -> Records:
    """A company beside another one, on the embedded database."""
    return fill(embedded)


@pytest.fixture
def salon_everywhere(platform: Records) -> Records:
    """The same on each family."""
    return fill(platform)


def fill(platform: Records) -> Records:
    """Add two companies, each with a branch, a person and a customer; return the records of the first."""

    def companies(session: TenantSession) -> None:
        session.add_all([Company(slug="salon", name="Salon"), Company(slug="rival", name="Rival")])

    def rows(session: TenantSession) -> None:
        session.add_all([Branch(slug="mitte", name="Mitte"), Customer(name="Anna"), Staff(name="Lea")])

    platform.run_in_transaction(companies)
    for slug in ("salon", "rival"):
        platform.for_company(slug).run_in_transaction(rows)
    return platform.for_company("salon")


def put(records: Records, *starts: datetime, **values: object) -> list[int]:
    def work(session: TenantSession) -> list[int]:
        common = {"status": "scheduled", "correlation_id": "run-1", **values}
        rows = [
            Appointment(starts_at=start, ends_at=start + timedelta(minutes=30), **common) for start in starts
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]

    return records.run_in_transaction(work)


def ids(records: Records, **wanted: Any) -> list[int]:
    only = AppointmentFilter(**wanted)
    found = records.run_in_transaction(lambda session: list_appointments(session, only))
    return [one.appointment.id for one in found]


def test_a_window_ends_before_its_end_and_is_ordered(salon: Records, now: datetime) -> None:
    late, early, outside = put(salon, now + timedelta(hours=1), now, now + DAY)
    assert ids(salon, window=Interval(now, now + DAY)) == [early, late]
    assert ids(salon, since=now + timedelta(hours=1)) == [late, outside]
    assert ids(salon, since=now, limit=2) == [early, late]


def test_filters_hold_together_and_names_come_along(salon: Records, now: datetime) -> None:
    def linked(session: TenantSession) -> tuple[int, int, int]:
        return tuple(session.query(model).one().id for model in (Branch, Staff, Customer))  # type: ignore[return-value]

    branch, staff, customer = salon.run_in_transaction(linked)
    (mine,) = put(salon, now, branch_id=branch, staff_id=staff, customer_id=customer)
    put(salon, now)
    put(salon, now, branch_id=branch, status="cancelled")
    assert ids(salon, branch="mitte", statuses=("scheduled",)) == [mine]
    assert ids(salon, staff="Lea") == ids(salon, customer=customer) == [mine]
    salon.run_in_transaction(
        lambda session: session.add(Customer(name="A.", status="merged", merged_into_id=customer))
    )
    merged = salon.run_in_transaction(
        lambda session: session.query(Customer.id).filter_by(name="A.").scalar()
    )
    assert ids(salon, customer=merged) == [mine], "a merged customer's are those of the one it went into"
    (found,) = salon.run_in_transaction(
        lambda session: list_appointments(session, AppointmentFilter(staff="Lea"))
    )
    assert (found.branch, found.service, found.staff) == ("mitte", None, "Lea")
    assert found.customer is not None
    assert found.customer.name == "Anna"


def test_another_companys_rows_are_not_there(salon: Records, embedded: Records, now: datetime) -> None:
    rival = embedded.for_company("rival")
    (theirs,) = put(rival, now)
    customer = rival.run_in_transaction(lambda session: session.query(Customer).one().id)
    assert ids(salon, since=now) == []
    for look in (
        lambda session: find_appointment(session, theirs),
        lambda session: list_appointments(session, AppointmentFilter(customer=customer)),
        lambda session: list_appointments(session, AppointmentFilter(branch="kreuzberg")),
        lambda session: list_appointments(session, AppointmentFilter(staff="Tiago")),
    ):
        with pytest.raises(NotFoundError):
            salon.run_in_transaction(look)


def test_an_appointment_is_found_by_every_uid_it_ever_had(salon: Records, now: datetime) -> None:
    (key,) = put(salon, now, calcom_v2_booking_uid="new")

    def chain(session: TenantSession) -> None:
        for uid, before in (("old", None), ("new", "old")):
            session.add(
                CalcomBooking(
                    calcom_uid=uid,
                    rescheduled_from_uid=before,
                    appointment_id=key,
                    status="accepted",
                    starts_at=now,
                    ends_at=now + timedelta(minutes=30),
                )
            )

    salon.run_in_transaction(chain)
    for reference in (key, "old", "new"):
        told = salon.run_in_transaction(partial(history, reference=reference))
        assert told.listed.appointment.id == key
        assert [link.calcom_uid for link in told.chain] == ["old", "new"]
    with pytest.raises(NotFoundError, match="no appointment of other in the records"):
        salon.run_in_transaction(lambda session: history(session, "other"))


def test_a_day_is_found_by_the_index_of_company_and_start(
    salon_everywhere: Records, platform: Records, now: datetime
) -> None:
    salon = salon_everywhere
    for records in (salon, platform.for_company("rival")):
        put(records, *(now + timedelta(hours=number) for number in range(400)))
    plan = explained(
        salon, lambda session: list_appointments(session, AppointmentFilter(window=Interval(now, now + DAY)))
    )
    assert INDEX in plan, plan
    assert "Using filesort" not in plan


def explained(records: Records, work: Callable[[TenantSession], object]) -> str:
    """Return the database's plan of the last statement that *work* sends."""
    sent: list[tuple[str, object]] = []

    def note(
        _connection: Connection, _cursor: object, statement: str, parameters: object, *_: object
    ) -> None:
        sent.append((statement, parameters))

    with records.engine.connect() as connection:
        if records.engine.dialect.name != "sqlite":  # servers plan by their statistics
            kind = "ANALYZE" if records.engine.dialect.name == "postgresql" else "ANALYZE TABLE"
            connection.execute(text(f"{kind} appointments"))
            connection.commit()
    event.listen(records.engine, "before_cursor_execute", note)
    records.run_in_transaction(work)
    event.remove(records.engine, "before_cursor_execute", note)
    statement, parameters = sent[-1]
    with records.engine.connect() as connection:
        rows = connection.exec_driver_sql(EXPLAIN[records.engine.dialect.name] + statement, parameters)  # type: ignore[arg-type]
        return "\n".join(str(row) for row in rows)
