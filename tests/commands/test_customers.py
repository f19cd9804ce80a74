"""``askpro customers``: what a person at the command line sees of the people who call."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from support.cli import Cli, Outcome
from support.people import ANNA, SECOND_NUMBER, TRACES, Wish, life

from askpro_cli.base.clock import ManualClock
from askpro_cli.booking.customers.matching import find_or_create
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Appointment

Run = Callable[..., Outcome]


@pytest.fixture
def customers(cli: Cli, sqlite_seeded_url: str, sandbox_clock: ManualClock) -> Run:
    """Return ``askpro customers …`` over the demo company."""
    cli.env |= {"ASKPRO_DATABASE_URL": sqlite_seeded_url, "ASKPRO_COMPANY": "salon"}
    cli.clock = sandbox_clock
    return lambda *argv, **more: cli("customers", *argv, **more)


@pytest.fixture
def anna(sqlite_salon_records: Records, sandbox_clock: ManualClock) -> str:
    """Return the id of a customer about whom a lot is known."""
    return str(life(sqlite_salon_records, clock=sandbox_clock))


@pytest.fixture
def otto(sqlite_salon_records: Records) -> str:
    """Return the id of a second row, with one of Anna's numbers."""
    wish: Wish = {"name": "Otto Becker", "phone": SECOND_NUMBER, "email": None, "language": "de"}
    return str(sqlite_salon_records.run_in_transaction(lambda session: find_or_create(session, **wish).id))


def logs(cli: Cli) -> str:
    """Return what the runs logged."""
    return "".join(path.read_text() for path in Path(cli.env["ASKPRO_STATE_DIR"]).rglob("*.jsonl"))


def test_the_list_masks_people_and_says_in_the_log_who_was_revealed(
    customers: Run, anna: str, cli: Cli
) -> None:
    shown = customers("list", "--json").ok()
    assert [(row["id"], row["appointments"]) for row in shown.data["customers"]] == [(int(anna), 1)]
    assert not any(trace in shown.stdout for trace in TRACES)
    assert "personal_data_revealed" not in logs(cli)
    assert customers("list", "--reveal", "--json").ok().data["customers"][0]["phone"] == ANNA["phone"]
    assert "personal_data_revealed" in logs(cli)
    assert "Sonderbar" not in logs(cli)


@pytest.mark.usefixtures("otto")
@pytest.mark.parametrize(
    "search",
    [
        ("--phone", "0171/39200-12"),
        ("--email", "Anna.Sonderbar@Example.org"),
        ("--name", "anna so"),
        ("--status", "all"),
    ],
)
def test_a_customer_is_found_by_number_address_and_beginning_of_the_name(
    customers: Run, anna: str, search: tuple[str, str]
) -> None:
    assert anna in [str(row["id"]) for row in customers("list", *search, "--json").ok().data["customers"]]
    assert customers("list", "--name", "%", "--fail-if-none").exits(7)
    assert customers("list", "--name", "Sonderbar", "--fail-if-none").exits(7)


@pytest.mark.parametrize(
    "argv",
    [
        ("list", "--phone", "12"),
        ("list", "--email", "nobody"),
        ("list", "--status", "activ"),
        ("show", "0"),
        ("show", "9" * 20),
    ],
)
def test_a_slip_is_told(customers: Run, argv: tuple[str, ...]) -> None:
    assert customers(*argv).exits(2).stderr


def test_one_customer_shows_what_hangs_on_it(customers: Run, anna: str) -> None:
    shown = customers("show", anna, "--json").ok()
    found = shown.data["customer"]
    assert (found["appointments"], found["calls"], found["notifications"]) == ({"scheduled": 1}, 1, 2)
    assert found["notes"] == "***"
    assert not any(trace in shown.stdout for trace in TRACES)
    assert customers("show", "9999").exits(3).stderr.startswith("error: company salon has no customer 9999")


def test_duplicates_lead_to_a_merge(customers: Run, anna: str, otto: str) -> None:
    shown = customers("duplicates").ok()
    assert f"next: askpro customers merge {anna} {otto} --dry-run" in shown.stderr
    planned = customers("merge", otto, anna, "--dry-run", "--json").ok().data
    assert planned["moved"] == {"appointments": 1, "calls": 1, "notifications": 2}
    assert "--yes" in customers("merge", otto, anna).exits(2).stderr
    assert customers("merge", otto, anna, "--yes", "--json").ok().data["moved"] == planned["moved"]
    assert "merged into customer" in customers("show", anna).exits(1).stderr
    assert "nothing was changed" in customers("merge", otto, anna).ok().stderr
    by_old_number = customers("list", "--phone", ANNA["phone"], "--json").ok().data["customers"]
    assert [str(row["id"]) for row in by_old_number] == [otto]
    assert "no two customers" in customers("duplicates").ok().stderr


def test_an_export_is_a_file_for_its_owner_alone(customers: Run, anna: str, cli: Cli) -> None:
    customers("export", anna, "anna.json").ok()
    path = cli.cwd / "anna.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = json.loads(path.read_text())
    text = json.dumps(found, ensure_ascii=False)
    assert [trace for trace in TRACES if trace not in text] == []
    assert found["calls"][0]["transcript"].startswith("Hier Anna")
    assert found["elsewhere"]["calcom_booking_uids"] == ["uid-anna-1", "uid-anna-2"]
    assert "lock_token" not in text
    assert "is there already" in customers("export", anna, "anna.json").exits(2).stderr
    assert "cannot be made" in customers("export", anna, "no/such/folder.json").exits(2).stderr
    assert "personal_data_exported" in logs(cli)


def test_an_export_does_not_go_to_stdout(customers: Run, anna: str, cli: Cli) -> None:
    assert "name a file" in customers("export", anna, "-").exits(2).stderr
    assert not (cli.cwd / "-").exists()
    assert "personal_data_exported" not in logs(cli)


def test_erasing_says_what_is_left_to_do_elsewhere(customers: Run, anna: str) -> None:
    assert "would be wiped" in customers("erase", anna, "--dry-run").ok().stderr
    assert "--yes" in customers("erase", anna).exits(2).stderr
    assert customers("show", anna, "--reveal", "--json").ok().data["customer"]["phone"] == ANNA["phone"]
    told = customers("erase", anna, "--yes").ok().stderr
    assert "bookings at Cal.com: uid-anna-1, uid-anna-2" in told
    assert "mails that went out: 1" in told
    assert "backups" in told
    shown = customers("show", anna, "--reveal", "--json").ok()
    assert (shown.data["customer"]["status"], shown.data["customer"]["name"]) == ("erased", "erased")
    again = customers("erase", anna).ok().stderr
    assert "nothing of customer" in again
    assert "uid-anna-2" in again
    assert customers("list", "--json").ok().data["customers"] == []


def test_who_was_erased_is_called_so(customers: Run, anna: str, otto: str) -> None:
    """A mask over the word would look like somebody's name."""
    customers("merge", anna, otto, "--yes").ok()
    customers("erase", anna, "--yes").ok()
    rows = customers("list", "--status", "all", "--json").ok().data["customers"]
    assert [row["name"] for row in rows] == ["erased", "erased"]


def test_nobody_is_erased_whose_appointment_is_ahead(
    customers: Run, sqlite_salon_records: Records, sandbox_clock: ManualClock
) -> None:
    key = life(sqlite_salon_records, clock=sandbox_clock, ahead=True)
    told = customers("erase", str(key), "--yes").exits(1).stderr
    assert "is ahead" in told
    assert "--reason … --yes, then erase again" in told


def test_all_appointments_ahead_are_named_at_once(
    customers: Run, sqlite_salon_records: Records, sandbox_clock: ManualClock
) -> None:
    key = life(sqlite_salon_records, clock=sandbox_clock, ahead=True)

    def second(session: Session) -> int:
        first = session.scalars(select(Appointment)).one()
        begins = first.starts_at + timedelta(days=1)
        more = Appointment(
            customer_id=key,
            status="scheduled",
            starts_at=begins,
            ends_at=begins + timedelta(minutes=30),
            correlation_id="later",
        )
        session.add(more)
        session.flush()
        return more.id

    later = sqlite_salon_records.run_in_transaction(second)
    error = customers("erase", str(key), "--yes", "--json").exits(1).json["errors"][0]
    assert error["details"]["appointments"] == [1, later]
    assert f"askpro cancel 1 --reason … --yes; askpro cancel {later} " in error["hint"]


def test_bytes_that_a_reader_holds_fast_are_told_and_go_with_the_next_erasure(
    customers: Run, anna: str, sqlite_seeded_url: str
) -> None:
    path = sqlite_seeded_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM customers").fetchone()
        told = customers("erase", anna, "--yes", env={"ASKPRO_DATABASE_STATEMENT_TIMEOUT": "1"}).ok().stderr
    log = Path(f"{path}-wal")
    assert "the database's log, which another program reads: erase again later" in told
    assert b"Sonderbar" in Path(path).read_bytes() + log.read_bytes()
    assert "database's log" not in customers("erase", anna).ok().stderr
    assert b"Sonderbar" not in Path(path).read_bytes() + log.read_bytes()
