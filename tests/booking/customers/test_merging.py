"""Two rows become one person: everything moves, or nothing does. On every database."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from support.people import ANNA, SECOND_NUMBER, Wish, company, dump, life

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import InvalidValueError, NotFoundError, RefusedError
from askpro_cli.booking.customers.duplicates import duplicates
from askpro_cli.booking.customers.erasing import erase
from askpro_cli.booking.customers.matching import find_or_create
from askpro_cli.booking.customers.merging import Merge, merge
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Appointment, Call, Customer, Notification
from askpro_cli.platform.tenancy import TenantSession

OTTO: Wish = {"name": "Otto Becker", "phone": "030 23125055", "email": None, "language": "en"}


def made(records: Records, **wish: Any) -> int:
    """Return the key of a customer, Otto's unless said otherwise."""
    return records.run_in_transaction(lambda session: find_or_create(session, **{**OTTO, **wish}).id)


def merged(records: Records, kept: int, other: int, **more: Any) -> Merge:
    """Merge two customers."""
    return records.run_in_transaction(lambda session: merge(session, kept, other, **more))


def test_everything_moves_and_the_other_row_leads_on(
    salon_records: Records, sandbox_clock: ManualClock
) -> None:
    anna, otto = life(salon_records, clock=sandbox_clock), made(salon_records)
    plan = merged(salon_records, otto, anna, dry_run=True)
    done = merged(salon_records, otto, anna)
    assert (done.moved, done.filled) == (plan.moved, plan.filled)
    assert done.moved == {"appointments": 1, "calls": 1, "notifications": 2}

    def look(session: Any) -> tuple[Customer, Customer, set[int]]:
        owners = {
            owner
            for model in (Appointment, Call, Notification)
            for owner in session.scalars(select(model.customer_id))
        }
        return session.get_one(Customer, otto), session.get_one(Customer, anna), owners

    kept, other, owners = salon_records.run_in_transaction(look)
    assert owners == {otto}
    assert (kept.name, kept.phone, kept.email) == ("Otto Becker", "+493023125055", ANNA["email"])
    assert kept.phone_variants == [ANNA["phone"], SECOND_NUMBER]
    assert (kept.preferred_language, kept.notes) == ("en", "Allergie gegen Ammoniak")
    assert (other.status, other.merged_into_id, other.notes) == ("merged", otto, None)
    assert made(salon_records, phone=ANNA["phone"]) == otto
    assert merged(salon_records, otto, anna).done_before


def test_a_lacking_number_moves_with_its_unique_rule(salon_records: Records) -> None:
    by_mail = made(salon_records, phone=None, email="otto@example.org")
    by_phone = made(salon_records)
    merged(salon_records, by_mail, by_phone)
    assert made(salon_records) == by_mail
    row = salon_records.run_in_transaction(lambda session: session.get_one(Customer, by_mail))
    assert (row.phone, row.phone_variants) == ("+493023125055", None)


def test_a_merge_that_fails_half_way_changes_nothing(
    sqlite_salon_records: Records, sqlite_seeded_url: str, sandbox_clock: ManualClock
) -> None:
    anna, otto = life(sqlite_salon_records, clock=sandbox_clock), made(sqlite_salon_records)
    before = dump(sqlite_seeded_url)

    def work(session: Any) -> None:
        def fail(*_: Any) -> None:
            raise OSError

        event.listen(session, "before_flush", fail)  # after the rows were moved, before the customers change
        merge(session, otto, anna)

    with pytest.raises(OSError):  # noqa: PT011 - ours, from above
        sqlite_salon_records.run_in_transaction(work)
    assert dump(sqlite_seeded_url) == before


def test_what_cannot_be_merged_is_refused(sqlite_salon_records: Records) -> None:
    salon = sqlite_salon_records
    first, second, third = made(salon), made(salon, phone="030 23125056"), made(salon, phone="030 23125057")
    company(salon.platform_wide("a test"), "praxis")
    with pytest.raises(InvalidValueError, match="with itself"):
        merged(salon, first, first)
    with pytest.raises(NotFoundError, match="company praxis has no customer"):
        merged(salon.for_company("praxis"), first, second)
    with pytest.raises(NotFoundError, match="has no customer 9999"):
        merged(salon, first, 9999)
    merged(salon, first, second)
    with pytest.raises(RefusedError, match=f"customer {second} was merged into customer {first}"):
        merged(salon, second, first)
    with pytest.raises(RefusedError, match=f"customer {second} was merged into customer {first}"):
        merged(salon, third, second)
    salon.run_in_transaction(lambda session: erase(session, third))
    with pytest.raises(RefusedError, match=f"customer {third} was erased"):
        merged(salon, first, third)


def test_duplicates_are_told_with_their_reason_and_never_by_name(sqlite_salon_records: Records) -> None:
    salon = sqlite_salon_records
    anna = made(salon, name="Anna Schmidt", phone="0171 3920012", email="anna@example.org")
    same_mail = made(salon, name="Schmidt, Anna", phone="0171 3920013", email="anna@example.org")
    family = made(salon, name="Otto Schmidt", phone="0171 3920014", email="anna@example.org")
    namesake = made(salon, name="Anna Schmidt", phone="0171 3920015")
    imported = made(salon, name="A. Schmidt", phone="0171 3920016")
    variant = made(salon, name="Anna", phone="0171 3920017")

    def imports(session: Any) -> None:
        session.get_one(Customer, imported).phone = "0171/3920012"
        session.get_one(Customer, anna).phone_variants = ["+491713920017"]

    salon.run_in_transaction(imports)
    found = salon.run_in_transaction(duplicates)
    assert [(one.kept, one.merged, one.reasons, one.confidence) for one in found] == [
        (anna, imported, ["same_number"], "sure"),
        (anna, variant, ["same_variant"], "sure"),
        (anna, same_mail, ["same_email"], "likely"),
        (anna, family, ["same_email"], "possible"),
    ]
    assert namesake not in {one.merged for one in found}


def test_who_is_being_booked_for_is_not_merged_away_meanwhile(
    salon_records: Records, sandbox_clock: ManualClock
) -> None:
    """A merge between finding the customer and writing the appointment would leave it with the signpost."""
    if salon_records.engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets no second writer in")
    anna, otto = made(salon_records, phone="0171 3920012"), made(salon_records)
    merging = threading.Event()

    def merge_in_between() -> Merge:
        try:
            return merged(salon_records, anna, otto)
        finally:
            merging.set()

    with ThreadPoolExecutor(1) as pool:

        def book(session: Any) -> Future[Merge]:
            customer = find_or_create(session, **OTTO)
            pending = pool.submit(merge_in_between)
            assert not merging.wait(0.3), "the merge did not wait for the booking"
            now = sandbox_clock.now()
            times = {"starts_at": now, "ends_at": now + timedelta(minutes=30)}
            session.add(
                Appointment(customer_id=customer.id, correlation_id="run", status="scheduled", **times)
            )
            return pending

        assert salon_records.run_in_transaction(book).result(20).moved["appointments"] == 1
    owner = salon_records.run_in_transaction(lambda session: session.scalar(select(Appointment.customer_id)))
    assert owner == anna


def test_the_earlier_consent_and_the_later_call_count(sqlite_salon_records: Records) -> None:
    salon, first = sqlite_salon_records, datetime(2026, 1, 1, tzinfo=UTC)
    otto, other = made(salon), made(salon, phone="030 23125056")

    def date(session: TenantSession) -> None:
        for key, days in ((otto, 2), (other, 1)):
            row = session.get_one(Customer, key)
            row.privacy_consent_at = row.last_call_at = first + timedelta(days=days)

    salon.run_in_transaction(date)
    merged(salon, other, otto)
    kept = salon.run_in_transaction(lambda session: session.get_one(Customer, other))
    assert (kept.privacy_consent_at, kept.last_call_at) == (first + timedelta(1), first + timedelta(2))
    third = made(salon, phone="030 23125057")
    merged(salon, third, other)
    kept = salon.run_in_transaction(lambda session: session.get_one(Customer, third))
    assert (kept.privacy_consent_at, kept.last_call_at) == (first + timedelta(1), first + timedelta(2))
