"""``book --service``: an appointment on both sides, with everything else of ``book``."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from support.cli import Outcome
from support.records import opened
from support.salon import ANNA, OTTO, TOMORROW_TEN, Salon

from askpro_cli.platform.schema import Appointment, Call, Customer, Notification

CUT = ("--service", "Herrenhaarschnitt", "--branch", "mitte")


def book(salon: Salon, *more: str, start: str = TOMORROW_TEN, who: tuple[str, ...] = ANNA) -> Outcome:
    return salon("book", *CUT, "--start", start, *who, "--json", *more)


def kept(salon: Salon, *rows: Any) -> None:
    with opened(salon.cli.env["ASKPRO_DATABASE_URL"], salon.clock) as records:
        records.for_company("salon").run_in_transaction(lambda session: session.add_all(rows))


def all_of(salon: Salon, model: Any) -> list[Any]:
    def work(session: Session) -> list[Any]:
        return list(session.scalars(select(model).order_by(model.id)))

    with opened(salon.cli.env["ASKPRO_DATABASE_URL"]) as records:
        return records.for_company("salon").run_in_transaction(work)


def test_a_service_is_booked_on_both_sides(shop_everywhere: Salon) -> None:
    shop = shop_everywhere
    booked = book(shop).ok()
    told = booked.data["appointment"]
    assert (told["id"], told["status"], told["service"], told["branch"]) == (
        1,
        "scheduled",
        "Herrenhaarschnitt",
        "mitte",
    )
    assert shop.standing() == [booked.data["booking"]["uid"]] == [told["uid"]]
    assert (booked.data["replayed"], booked.data["next"]) == (False, False)
    assert "Anna" not in booked.stdout + booked.stderr
    listed = shop("appointments", "list", "--day", "tomorrow", "--json").ok().data
    assert [one["id"] for one in listed["appointments"]] == [1]
    shown = shop("appointments", "show", told["uid"], "--json").ok().data["appointment"]
    assert [mail["kind"] for mail in shown["notifications"]] == ["confirmation"]


def test_again_is_the_same_appointment(shop: Salon) -> None:
    first = book(shop).ok().data
    again = book(shop).ok().data
    assert again["replayed"]
    assert again["appointment"] == first["appointment"]
    assert len(shop.standing()) == 1


def test_a_customer_of_the_records_is_named_by_id(shop: Salon) -> None:
    kept(shop, Customer(name="Anna Schmidt", email="anna@example.org", phone="+493023125001"))
    booked = book(shop, "--customer", "1", who=()).ok().data
    assert booked["appointment"]["customer"]["id"] == 1
    attendee = shop.sandbox.world.bookings[booked["booking"]["uid"]].attendees[0]
    assert (attendee["name"], attendee["email"]) == ("Anna Schmidt", "anna@example.org")
    assert len(all_of(shop, Customer)) == 1


def test_a_call_says_at_which_branch(shop: Salon) -> None:
    kept(shop, Call(retell_call_id="call_1", to_number="+493023125010", from_number="+493023125001"))
    booked = shop(
        "book", "--service", "Herrenhaarschnitt", "--call", "call_1", "--start", TOMORROW_TEN, *ANNA, "--json"
    ).ok()
    (row,) = all_of(shop, Appointment)
    assert (row.call_id, row.source) == (1, "phone")
    assert booked.data["appointment"]["branch"] == "mitte"


def test_a_taken_time_is_refused_with_alternatives(shop: Salon) -> None:
    book(shop).ok()
    refused = book(shop, who=OTTO).exits(1)
    assert refused.data["appointment"] is None
    assert refused.data["alternatives"][0]["start"] == "2026-11-24T09:30:00+01:00"
    assert refused.json["errors"][0]["code"] == "refused"
    assert len(all_of(shop, Appointment)) == 1


def test_next_books_the_nearest_time_once_however_often(shop: Salon) -> None:
    book(shop).ok()
    booked = book(shop, "--next", who=OTTO).ok()
    assert booked.data["next"]
    assert booked.data["appointment"]["start"] == "2026-11-24T09:30:00+01:00"
    assert "which was not free" in booked.stderr
    again = book(shop, "--next", who=OTTO).ok().data
    assert again["replayed"]
    assert again["appointment"]["id"] == booked.data["appointment"]["id"]
    strict = book(shop, who=OTTO).exits(1)
    assert "an earlier --next for this time booked appointment 2" in strict.stderr
    assert len(all_of(shop, Appointment)) == 2


def test_a_held_slot_is_given_back(shop: Salon) -> None:
    book(shop, "--reserve").ok()
    assert shop.sent("POST", "/v2/slots/reservations") == 1
    assert shop.sent("DELETE", "/v2/slots/reservations/") == 1


def test_a_dry_run_shows_what_would_be_booked_and_changes_nothing(shop: Salon) -> None:
    plan = book(shop, "--dry-run").ok().data["plan"]
    assert (plan["action"], plan["listed"], plan["service"]) == ("book", True, "Herrenhaarschnitt")
    assert (plan["start"], plan["end"]) == ("2026-11-24T10:00:00+01:00", "2026-11-24T10:30:00+01:00")
    assert plan["attendee"]["name"] == "A*** S***"
    assert all_of(shop, Appointment) == all_of(shop, Notification) == []
    assert shop.sent("POST") == 0
    book(shop).ok()
    assert book(shop, "--dry-run").ok().data["plan"]["action"] == "none"
    taken = book(shop, "--dry-run", who=OTTO).ok()
    assert (taken.data["plan"]["appointment"], taken.data["plan"]["action"]) == (1, "book")
    assert "taken by appointment 1" in taken.stderr


def test_a_vendor_that_is_down_keeps_the_appointment_if_the_setting_says_so(shop: Salon) -> None:
    shop("availability", *CUT).ok()
    shop.arm("503", method="GET", path="*", times=None)
    shop.arm("503", path="*", times=None)
    assert "nothing was booked and no time is held" in book(shop).exits(5).stderr
    shop.cli.env["ASKPRO_BOOKING_PENDING_SYNC"] = "true"
    kept_for_later = book(shop).exits(8)
    assert "will be booked when Cal.com answers again" in kept_for_later.stderr
    assert all_of(shop, Appointment)[-1].status == "pending_sync"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["1001", *CUT, *ANNA], 2, "exclude each other"),
        ([*ANNA], 2, "name EVENT_TYPE or --service"),
        (["1001", "--customer", "1", *ANNA], 2, "--customer goes with --service"),
        (["1001", "--email", "anna@example.org"], 2, "--name: nobody is named"),
        ([*CUT, "--email", "anna@example.org"], 2, "--name: nobody is named"),
        ([*CUT, "--name", "Anna"], 2, "neither a telephone number nor an e-mail address"),
        ([*CUT, *ANNA, "--occurrences", "3"], 2, "--occurrences goes with EVENT_TYPE"),
        ([*CUT, *ANNA, "--duration", "45"], 2, "--duration goes with EVENT_TYPE"),
        ([*CUT, *ANNA, "--skip-limits"], 2, "--skip-limits goes with EVENT_TYPE"),
        ([*CUT, "--customer", "99"], 3, "has no customer 99"),
        (["--service", "Maniküre", *ANNA], 3, "has no service 'Maniküre'"),
        (["--service", "Herrenhaarschnitt", "--branch", "kreuzberg", *ANNA], 2, "does not offer"),
        ([*CUT, *ANNA, "--call", "call_9"], 3, "has no call 'call_9'"),
    ],
)
def test_slips_are_told_and_nothing_is_written(shop: Salon, words: list[str], code: int, said: str) -> None:
    assert said in shop("book", *words, "--start", TOMORROW_TEN).exits(code).stderr
    assert all_of(shop, Appointment) == []
    assert shop.sent("POST") == 0


def test_a_withheld_number_is_none_and_an_address_is_asked_for(shop: Salon) -> None:
    caller = ("--name", "Anna", "--phone", "anonymous")
    error = book(shop, who=caller).exits(2).json["errors"][0]
    assert ("withheld" in error["message"], error["hint"]) == (True, "ask for an address: --email …")
    book(shop, who=(*caller, "--email", "anna@example.org")).ok()
    assert [row.phone for row in all_of(shop, Customer)] == [None]


def test_the_examples_of_services_book_as_they_stand(shop: Salon) -> None:
    """Their day is today, whose times are past by the clock of this test: they are moved by one."""
    kept(shop, Customer(id=7, name="Anna Schmidt", email="anna@example.org"))
    told = shop("book", "--help").stdout
    examples = [line.split("askpro ")[1] for line in told.splitlines() if "askpro book --service" in line]
    for hour, example in enumerate(examples, start=10):
        words = shlex.split(example.replace("2026-11-23T10:00", f"2026-11-24T{hour}:00"))
        assert shop(*words, "--json").ok().data["appointment"]["status"] == "scheduled"
    assert len(examples) > 1


def test_the_past_is_refused(shop: Salon) -> None:
    assert "in the past" in book(shop, start="2026-11-22T10:00").exits(2).stderr
