"""``askpro appointments list|show``: the records alone, people masked, and slips told at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session
from support.records import opened
from support.salon import Salon
from support.sandbox import SANDBOX_NOW

from askpro_cli.platform.schema import Activity, Appointment, CalcomBooking, Customer, Notification

HOUR = timedelta(hours=1)


@pytest.fixture
def kept(shop: Salon) -> Salon:
    """The salon with an appointment of Anna's that was moved once, and a cancelled one."""

    def rows(session: Session) -> None:
        anna = Customer(name="Anna Schmidt", email="anna@example.org", phone="+493023125001")
        session.add(anna)
        session.flush()
        common = {"correlation_id": "run-1", "service_id": 1, "branch_id": 1, "staff_id": 1}
        session.add_all(
            Appointment(
                id=key,
                status=status,
                starts_at=SANDBOX_NOW + hours * HOUR,
                ends_at=SANDBOX_NOW + (hours + 0.5) * HOUR,
                customer_id=anna.id,
                calcom_v2_booking_uid=uid,
                **common,
            )
            for key, status, hours, uid in ((17, "scheduled", 26, "new"), (18, "cancelled", 2, "other"))
        )
        session.flush()
        for uid, before, status in (("old", None, "cancelled"), ("new", "old", "accepted")):
            session.add(
                CalcomBooking(
                    calcom_uid=uid,
                    rescheduled_from_uid=before,
                    appointment_id=17,
                    status=status,
                    starts_at=SANDBOX_NOW + 26 * HOUR,
                    ends_at=SANDBOX_NOW + 26.5 * HOUR,
                )
            )
        session.add(
            Notification(
                appointment_id=17, kind="change", recipient="anna@example.org", message_id="<1@example.org>"
            )
        )
        session.add(
            Activity(
                event="appointment.moved", description="moved", subject_type="appointment", subject_id=17
            )
        )

    with opened(shop.cli.env["ASKPRO_DATABASE_URL"], shop.clock) as records:
        records.for_company("salon").run_in_transaction(rows)
    return shop


def test_a_list_begins_today_and_masks_people(kept: Salon) -> None:
    listed = kept("appointments", "list", "--json").ok()
    assert [one["id"] for one in listed.data["appointments"]] == [18, 17]
    assert listed.data["total"] == 2
    first = listed.data["appointments"][1]
    assert (first["start"], first["service"], first["branch"]) == (
        "2026-11-24T11:00:00+01:00",
        "Herrenhaarschnitt",
        "mitte",
    )
    assert first["customer"]["name"] == "A*** S***"
    for name in ("Anna", "anna@", "125001"):
        assert name not in listed.stdout + listed.stderr
    assert kept.sent("GET", "/") == 0


def test_revealing_shows_people_and_is_logged(kept: Salon) -> None:
    revealed = kept("appointments", "list", "--reveal", "--day", "tomorrow", terminal=True).ok()
    assert "anna@example.org" in revealed.stdout
    logs = "".join(path.read_text() for path in (kept.cli.home.parent / "state").glob("logs/*/*"))
    assert '"appointments": [17]' in logs
    assert "personal_data_revealed" in logs
    assert "anna@" not in logs


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--day", "tomorrow"], [17]),
        (["--day", "today"], [18]),
        (["--from", "today", "--to", "today"], [18]),
        (["--from", "2026-11-24T11:00", "--to", "2026-11-24T11:01"], [17]),
        (["--from", "2026-11-24T10:00", "--to", "2026-11-24T11:00"], []),
        (["--status", "cancelled"], [18]),
        (["--branch", "kreuzberg"], []),
        (["--branch", "Salon Sonnenschein Mitte", "--staff", "1"], [18, 17]),
        (["--customer", "1"], [18, 17]),
        (["--limit", "1"], [18]),
    ],
)
def test_a_list_may_be_narrowed(kept: Salon, options: list[str], ids: list[int]) -> None:
    listed = kept("appointments", "list", "--json", *options).ok().data
    assert [one["id"] for one in listed["appointments"]] == ids
    assert listed["total"] == (None if options[0] == "--limit" else len(ids))


def test_a_pipe_gets_whole_lines_and_an_empty_list_may_count_as_a_failure(kept: Salon) -> None:
    line = kept("appointments", "list", "--day", "tomorrow").ok().stdout.rstrip("\n").split("\t")
    assert line[:4] == ["17", "scheduled", "2026-11-24T11:00:00+01:00", "2026-11-24T11:30:00+01:00"]
    assert line[-1] == "new"
    kept("appointments", "list", "--day", "+5d", "--fail-if-none").exits(7)


@pytest.mark.parametrize("name", ["17", "new", "old"])
def test_an_appointment_is_shown_with_all_that_happened_to_it(kept: Salon, name: str) -> None:
    shown = kept("appointments", "show", name, "--json").ok()
    told = shown.data["appointment"]
    assert told["id"] == 17
    assert [link["uid"] for link in told["chain"]] == ["old", "new"]
    assert [(mail["kind"], mail["recipient"]) for mail in told["notifications"]] == [
        ("change", "a***@e***.org")
    ]
    assert [event["event"] for event in told["activity"]] == ["appointment.moved"]
    assert "old → new" in shown.stderr
    assert "Anna" not in shown.stdout


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["list", "--day", "soon"], 2, "--day: 'soon' is not a day"),
        (["list", "--day", "today", "--to", "today"], 2, "--day excludes --from and --to"),
        (["list", "--from", "today", "--to", "yesterday"], 2, "does not lie after"),
        (["list", "--status", "schedulled"], 2, "did you mean scheduled?"),
        (["list", "--branch", "kreuzburg"], 3, "has no branch 'kreuzburg'"),
        (["list", "--staff", "Nobody"], 3, "has no staff 'Nobody'"),
        (["list", "--customer", "99"], 3, "has no customer 99"),
        (["list", "--customer", "9" * 20], 2, "is not in the range"),
        (["list", "--company", "nord"], 3, "there is no company 'nord' in the records"),
        (["show", "99"], 3, "there is no appointment 99 in the records"),
        (["show", "unknown-uid"], 3, "no appointment of unknown-uid"),
        (["show", "a b"], 2, "names no appointment"),
        (["show", "0"], 2, "0 is no id"),
        (["show", "99999999999999999999"], 2, "is no id"),
    ],
)
def test_slips_are_told(kept: Salon, options: list[str], code: int, said: str) -> None:
    assert said in kept("appointments", *options).exits(code).stderr
