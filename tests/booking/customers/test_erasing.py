"""What is erased stands nowhere any more; what was sold, and how long it took, does. On every database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from support.people import ANNA, TRACES, Wish, company, dump, life

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import NotFoundError, RefusedError
from askpro_cli.booking.customers.erasing import Erasure, erase
from askpro_cli.booking.customers.exporting import export
from askpro_cli.booking.customers.matching import find_or_create
from askpro_cli.booking.customers.merging import merge
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Activity, Appointment, Call, Customer, Notification
from askpro_cli.platform.scrubbing import scrub, scrubbed
from askpro_cli.platform.tenancy import TenantSession


def erased(records: Records, customer: int, **more: Any) -> Erasure:
    """Erase a customer as the command does."""
    done = records.run_in_transaction(scrubbed(lambda session: erase(session, customer, **more)))
    assert scrub(records.engine)
    return done


def traces(url: str) -> set[str]:
    """Return what of a person a whole dump still holds."""
    text = dump(url)
    return {trace for trace in TRACES if trace in text}


def test_nothing_of_a_person_is_left_in_a_dump_of_the_whole_database(
    salon_records: Records, seeded_url: str, sandbox_clock: ManualClock
) -> None:
    anna = life(salon_records, clock=sandbox_clock)
    planned = erased(salon_records, anna, dry_run=True)
    assert traces(seeded_url) == set(TRACES)
    done = erased(salon_records, anna)
    assert done == planned
    assert traces(seeded_url) == set()
    assert done.wiped == {
        "customers": 1,
        "calls": 1,
        "appointments": 1,
        "notifications": 2,
        "activity_log": 2,
    }
    assert done.calcom_uids == ["uid-anna-1", "uid-anna-2"]
    assert (done.call_ids, done.mails_sent) == (["call_of_anna"], 1)
    again = erased(salon_records, anna)
    assert (again.wiped, again.calcom_uids) == ({}, done.calcom_uids)


def test_money_durations_and_counts_stay(sqlite_salon_records: Records, sandbox_clock: ManualClock) -> None:
    anna = life(sqlite_salon_records, clock=sandbox_clock)
    erased(sqlite_salon_records, anna)

    def look(session: Any) -> tuple[Any, ...]:
        return (
            session.scalar(select(func.sum(Appointment.price_cents))),
            session.scalar(select(func.sum(Call.cost_cents))),
            session.scalar(select(func.sum(Call.duration_sec))),
            session.scalar(select(Call.to_number)),
            session.scalars(select(Notification.status).order_by(Notification.id)).all(),
            session.get_one(Customer, anna).status,
        )

    *kept, mails, status = sqlite_salon_records.run_in_transaction(look)
    assert kept == [3200, 17, 95, "+493023125010"]
    assert (mails, status) == (["sent", "skipped"], "erased")


def test_the_file_itself_holds_nothing_any_more(
    sqlite_salon_records: Records, sqlite_seeded_url: str, sandbox_clock: ManualClock
) -> None:
    """Free pages and SQLite's log keep the bytes of old rows otherwise."""
    anna = life(sqlite_salon_records, clock=sandbox_clock)
    erased(sqlite_salon_records, anna)
    path = Path(sqlite_seeded_url.removeprefix("sqlite:///"))
    bytes_left = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert [trace for trace in TRACES if trace.encode() in bytes_left] == []


def test_rows_that_were_merged_go_with_the_person(
    sqlite_salon_records: Records, sqlite_seeded_url: str, sandbox_clock: ManualClock
) -> None:
    anna = life(sqlite_salon_records, clock=sandbox_clock)
    wish: Wish = {"name": "Anna Sonderbar", "phone": "030 23125078", "email": None, "language": "de"}

    def one_more(session: Any) -> int:
        key = find_or_create(session, **wish).id
        session.add(Call(retell_call_id="unmatched", from_number="+493023125078", summary="Sonderbar"))
        merge(session, anna, key)
        return key

    other = sqlite_salon_records.run_in_transaction(one_more)
    with pytest.raises(RefusedError, match=f"customer {other} was merged into customer {anna}"):
        erased(sqlite_salon_records, other)
    assert erased(sqlite_salon_records, anna).wiped["customers"] == 2
    assert traces(sqlite_seeded_url) == set()
    assert "23125078" not in dump(sqlite_seeded_url)


@pytest.mark.parametrize("status", ["scheduled", "pending_sync", "moving", "cancelling"])
def test_appointments_ahead_are_named_and_nothing_is_erased(
    sqlite_salon_records: Records, sqlite_seeded_url: str, sandbox_clock: ManualClock, status: str
) -> None:
    anna = life(sqlite_salon_records, clock=sandbox_clock, ahead=True)

    def change(session: TenantSession) -> int:
        row = session.scalars(select(Appointment)).one()
        row.status = status
        return row.id

    appointment = sqlite_salon_records.run_in_transaction(change)
    before = dump(sqlite_seeded_url)
    with pytest.raises(RefusedError, match=f"appointment {appointment} ") as caught:
        erased(sqlite_salon_records, anna)
    assert ("askpro cancel" in str(caught.value.hint)) is (status == "scheduled")
    assert dump(sqlite_seeded_url) == before


def test_a_booking_under_way_that_has_no_customer_yet_is_found_by_its_contact(
    sqlite_salon_records: Records, sandbox_clock: ManualClock
) -> None:
    anna = life(sqlite_salon_records, clock=sandbox_clock)

    def begin(session: Any) -> None:
        row = session.scalars(select(Appointment)).one()
        row.status, row.customer_id = "booking", None

    sqlite_salon_records.run_in_transaction(begin)
    with pytest.raises(RefusedError, match="is not finished"):
        erased(sqlite_salon_records, anna)


def test_who_calls_again_is_a_new_customer(sqlite_salon_records: Records, sandbox_clock: ManualClock) -> None:
    anna = life(sqlite_salon_records, clock=sandbox_clock)
    erased(sqlite_salon_records, anna)
    assert sqlite_salon_records.run_in_transaction(lambda session: find_or_create(session, **ANNA).id) != anna


def test_a_customer_of_another_company_is_none(
    sqlite_salon_records: Records, sandbox_clock: ManualClock
) -> None:
    anna = life(sqlite_salon_records, clock=sandbox_clock)
    company(sqlite_salon_records.platform_wide("a test"), "praxis")
    with pytest.raises(NotFoundError, match="company praxis has no customer"):
        erased(sqlite_salon_records.for_company("praxis"), anna)


def test_what_is_another_persons_is_neither_exported_nor_erased(
    sqlite_salon_records: Records, sandbox_clock: ManualClock
) -> None:
    """An address may end like another one and a number begin like one; and people share telephones."""
    salon = sqlite_salon_records
    ann: Wish = {"name": "Ann", "phone": "+49302312507", "email": "a@example.org", "language": "de"}
    otto: Wish = {"name": "Otto", "phone": "+493023125070", "email": "otta@example.org", "language": "de"}
    call = Call(retell_call_id="of_otto", from_number=ann["phone"], transcript="Hier Otto")
    others = [
        begun(sandbox_clock, {"request": {"email": "otta@example.org", "phone": "+493023125070"}}),
        Activity(event="odd", description="odd", properties={"to": "otta@example.org"}),
        Activity(event="odd", description="+493023125070 called"),
    ]
    own = Activity(event="odd", description="Mail to\nA@example.org.", properties={"tel": "+49302312507"})

    def add(session: TenantSession) -> int:
        keys = [find_or_create(session, **wish).id for wish in (ann, otto)]
        call.customer_id = keys[1]
        session.add_all([call, *others, own])
        return keys[0]

    key = salon.run_in_transaction(add)
    document = salon.run_in_transaction(lambda session: export(session, key))
    assert [document[name] for name in ("calls", "appointments")] == [[], []]
    assert [row["description"] for row in document["activity"]] == ["Mail to\nA@example.org."]
    assert erased(salon, key).wiped == {"customers": 1, "activity_log": 1}


def begun(clock: ManualClock, payload: dict[str, Any]) -> Appointment:
    """Return an appointment that failed before it had a customer."""
    times = {"starts_at": clock.now(), "ends_at": clock.now() + timedelta(minutes=30)}
    return Appointment(correlation_id="run", status="failed", payload=payload, **times)


def test_of_a_call_that_the_salon_made_its_own_number_stays(
    sqlite_salon_records: Records, sandbox_clock: ManualClock
) -> None:
    """And rows that were merged by way of another go, too."""
    salon = sqlite_salon_records
    anna = life(salon, clock=sandbox_clock)

    def add(session: TenantSession) -> None:
        keys = [
            find_or_create(session, name="A", phone=f"030 2312509{n}", email=None, language="de").id
            for n in (1, 2)
        ]
        merge(session, keys[0], keys[1])
        merge(session, anna, keys[0])
        numbers = {"from_number": "+493023125010", "to_number": "+493023125092"}
        session.add_all(
            [
                Call(retell_call_id="back", direction="outbound", **numbers),
                Call(retell_call_id="odd", direction="inbound", **numbers),
            ]
        )

    salon.run_in_transaction(add)
    assert erased(salon, anna).wiped["customers"] == 3
    calls = salon.run_in_transaction(lambda session: session.scalars(select(Call).order_by(Call.id)).all())
    assert [(call.from_number, call.to_number) for call in calls[1:]] == [
        ("+493023125010", None),
        (None, None),
    ]


def test_what_hangs_on_nobody_is_found_by_call_and_address(
    sqlite_salon_records: Records, sandbox_clock: ManualClock
) -> None:
    """An appointment that failed before it had a customer, its mail, and what happened to that."""
    anna = life(sqlite_salon_records, clock=sandbox_clock)
    address = "Anna.Sonderbar@example.org"

    def add(session: TenantSession) -> list[int]:
        of_call = begun(sandbox_clock, {"note": "Balayage"})
        of_call.call_id = session.scalars(select(Call.id)).one()
        other = begun(sandbox_clock, {"note": "Balayage"})
        session.add_all([of_call, other])
        session.flush()
        mail = Notification(appointment_id=other.id, kind="change", message_id="<9@x>", recipient=address)
        session.add(mail)
        session.flush()
        session.add(Activity(event="odd", description="odd", subject_type="notification", subject_id=mail.id))
        return [of_call.id, other.id]

    of_call, other = sqlite_salon_records.run_in_transaction(add)
    wiped = erased(sqlite_salon_records, anna).wiped
    assert (wiped["appointments"], wiped["notifications"], wiped["activity_log"]) == (2, 3, 3)
    left = sqlite_salon_records.run_in_transaction(
        lambda session: [session.get_one(Appointment, key).payload for key in (of_call, other)]
    )
    assert left == [None, {"note": "Balayage"}]
