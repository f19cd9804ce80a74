"""``reschedule`` and ``cancel``: an appointment changes on both sides, a mere booking as ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.cli import Outcome
from support.salon import ANNA, OTTO, TOMORROW_TEN, Salon

CUT = ("--service", "Herrenhaarschnitt")
NOON = "2026-11-24T12:00"


def booked(salon: Salon, start: str = TOMORROW_TEN, who: tuple[str, ...] = ANNA) -> str:
    told = salon("book", *CUT, "--start", start, *who, "--json").ok().data
    uid: str = told["appointment"]["uid"]
    return uid


def shown(salon: Salon, name: str = "1") -> dict[str, object]:
    told: dict[str, object] = salon("appointments", "show", name, "--json").ok().data["appointment"]
    return told


def move(salon: Salon, *words: str, start: str = NOON) -> Outcome:
    return salon("reschedule", *words, "--start", start, "--json")


@pytest.mark.parametrize("by", ["id", "option", "uid"])
def test_a_move_changes_both_sides_and_says_so(shop: Salon, by: str) -> None:
    uid = booked(shop)
    named = {"id": ("1",), "option": ("--appointment", "1"), "uid": (uid,)}[by]
    moved = move(shop, *named).ok()
    assert moved.data["appointment"]["id"] == 1
    assert moved.data["appointment"]["start"] == "2026-11-24T12:00:00+01:00"
    assert moved.data["booking"]["rescheduled_from"] == moved.data["previous"]["uid"] == uid
    assert "moved appointment 1 to Tue 2026-11-24 12:00 (scheduled)" in moved.stderr
    assert "the records say so, too" in moved.stderr
    assert shop.standing(NOON) == [moved.data["booking"]["uid"]]
    again = move(shop, uid).ok()
    assert again.data["already"]
    assert [link["status"] for link in shown(shop)["chain"]] == ["cancelled", "accepted"]  # type: ignore[attr-defined]


def test_a_cancellation_changes_both_sides_and_asks_first(shop: Salon) -> None:
    uid = booked(shop)
    words = ("cancel", uid, "--reason", "caller is ill")
    assert "add --yes" in shop(*words).exits(2).stderr
    asked = shop(*words, terminal=True, stdin="n\n").exits(1).stderr
    assert "cancel appointment 1: Tue 2026-11-24 10:00, Herrenhaarschnitt, A*** S***? [y/N]" in asked
    assert shop.standing() == [uid]
    done = shop(*words, "--yes", "--json").ok()
    assert (done.data["appointment"]["status"], done.data["booking"]["status"]) == ("cancelled", "cancelled")
    assert shop.standing() == []
    again = shop(*words, "--json").ok()  # gone already: nothing to ask
    assert again.data["already"]
    assert again.data["booking"] is None


def test_a_booking_the_records_do_not_know_is_changed_as_ever(shop: Salon) -> None:
    uid = shop.book().ok().data["booking"]["uid"]
    moved = move(shop, uid).ok().data
    assert "appointment" not in moved
    assert (
        shop("cancel", moved["booking"]["uid"], "--reason", "ill", "--yes", "--json").ok().data["already"]
        is False
    )
    assert "goes with an appointment" in move(shop, uid, "--override-notice").exits(2).stderr


def test_without_records_none_are_made(salon: Salon) -> None:
    salon("cancel", "unknown-uid", "--reason", "ill", "--yes").exits(3)
    assert not list((salon.cli.home.parent / "state").glob("records.db*"))


def test_a_taken_time_is_refused_with_alternatives(shop: Salon) -> None:
    booked(shop)
    booked(shop, NOON, OTTO)
    refused = move(shop, "1").exits(1)
    assert refused.data["alternatives"][0]["start"] == "2026-11-24T11:30:00+01:00"
    assert "appointment 1 stays where it was" in refused.stderr
    assert refused.data["appointment"]["status"] == "scheduled"


def test_the_limit_is_kept_and_may_be_set_aside(shop: Salon) -> None:
    booked(shop)
    shop.clock.advance(2 * 3600)  # 23 hours ahead
    assert "changes need 1 d" in move(shop, "1").exits(1).stderr
    assert "changes need 1 d" in shop("cancel", "1", "--reason", "ill", "--yes").exits(1).stderr
    assert "changes need 1 d" in move(shop, "1", "--dry-run").exits(1).stderr
    move(shop, "1", "--override-notice").ok()
    events = [event["event"] for event in shown(shop)["activity"]]  # type: ignore[attr-defined]
    assert "appointment.notice_overridden" in events
    shop.cli.env["ASKPRO_BOOKING_MODIFY_NOTICE_HOURS"] = "1.5"
    shop("cancel", "1", "--reason", "ill", "--yes").ok()


def test_a_dry_run_shows_the_plan_and_changes_nothing(shop: Salon) -> None:
    booked(shop)
    sent = shop.sent("POST")
    plan = move(shop, "1", "--dry-run").ok().data["plan"]
    assert (plan["action"], plan["start"], plan["end"]) == (
        "reschedule",
        "2026-11-24T12:00:00+01:00",
        "2026-11-24T12:30:00+01:00",
    )
    assert move(shop, "1", "--dry-run", start=TOMORROW_TEN).ok().data["plan"]["action"] == "none"
    cancelled = shop("cancel", "1", "--reason", "ill", "--dry-run", "--json").ok().data["plan"]
    assert cancelled["action"] == "cancel"
    assert shop.sent("POST") == sent
    shop("cancel", "1", "--reason", "ill", "--yes").ok()
    again = shop("cancel", "1", "--reason", "ill", "--dry-run", "--json").ok().data["plan"]
    assert again["action"] == "none"


def test_cancelled_at_cal_com_is_followed_and_told(shop: Salon) -> None:
    uid = booked(shop)
    shop("cancel", uid, "--reason", "ill", "--yes", env={"ASKPRO_COMPANY": "default"}).ok()
    assert shown(shop)["status"] == "scheduled"
    assert "was cancelled at Cal.com" in move(shop, "1").exits(1).stderr
    assert shown(shop)["status"] == "cancelled"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["reschedule", "--start", NOON], 2, "name a uid"),
        (["reschedule", "abc", "--appointment", "1", "--start", NOON], 2, "exclude each other"),
        (["reschedule", "--appointment", "99", "--start", NOON], 3, "no appointment 99"),
        (["reschedule", "99", "--start", NOON], 3, "no appointment 99"),
        (["reschedule", "--appointment", "0", "--start", NOON], 2, "is no id"),
        (["reschedule", "1", "--start", "2026-11-22T10:00"], 2, "in the past"),
        (["reschedule", "1", "--start", NOON, "--seat", "x"], 2, "--seat does not go with"),
        (["cancel", "1", "--reason", "ill", "--subsequent", "--yes"], 2, "--subsequent does not go with"),
        (["cancel", "1", "--reason", " ", "--yes"], 2, "demands a reason"),
    ],
)
def test_slips_are_told_and_change_nothing(shop: Salon, words: list[str], code: int, said: str) -> None:
    uid = booked(shop)
    assert said in shop(*words).exits(code).stderr
    assert shop.standing() == [uid]


def test_a_booking_that_cal_com_does_not_know_is_named_with_its_appointment(shop: Salon) -> None:
    uid = booked(shop)
    shop.sandbox.world.bookings.clear()
    for told in (move(shop, "1"), shop("cancel", "1", "--reason", "ill", "--yes")):
        assert f"Cal.com knows no booking {uid}, which carries appointment 1" in told.exits(3).stderr
        assert "askpro doctor tells whose key this is" in told.stderr
    assert shown(shop)["status"] == "scheduled"


def test_a_person_reads_whose_name_is_whose(shop: Salon) -> None:
    booked(shop)
    plan = shop("cancel", "1", "--reason", "ill", "--dry-run", terminal=True).ok().stdout
    assert "staff: id: 1, name: S*** S***" in plan
    assert "customer: id: 1, name: A*** S***, email: " in plan


def test_records_that_cannot_be_read_stop_the_change(shop: Salon) -> None:
    uid = booked(shop)
    shop.cli.env["ASKPRO_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    sent = shop.sent("POST")
    shop("cancel", uid, "--reason", "ill", "--yes").exits(5)
    assert shop.sent("POST") == sent


GONE = ("--records-only", "--reason", "gone", "--yes")


def test_a_booking_that_is_gone_at_cal_com_is_cancelled_in_the_records_alone(shop: Salon) -> None:
    uid = booked(shop)
    assert f"booking {uid} of appointment 1 stands" in shop("cancel", "1", *GONE).exits(1).stderr
    assert "without --records-only" in shop("cancel", "1", *GONE).exits(1).stderr
    assert "without --records-only" in shop("cancel", "1", *GONE, "--dry-run").exits(1).stderr
    assert shop.standing() == [uid]
    shop.sandbox.world.bookings.clear()
    assert "--records-only" in shop("cancel", "1", "--reason", "ill", "--yes").exits(3).stderr
    plan = shop("cancel", "1", *GONE, "--dry-run", "--json").ok().data["plan"]
    assert (plan["action"], shown(shop)["status"]) == ("cancel", "scheduled")
    done = shop("cancel", "1", *GONE, "--json").ok().data
    assert (done["appointment"]["status"], done["booking"], done["already"]) == ("cancelled", None, False)
    told: Any = shown(shop)
    assert told["reason"] == f"cancelled in the records alone: Cal.com knows no booking {uid}"
    assert [link["status"] for link in told["chain"]] == ["cancelled"]
    assert [mail["kind"] for mail in told["notifications"]] == ["confirmation", "cancellation"]
    assert told["activity"][-1]["event"] == "appointment.cancelled"
    assert shop("cancel", "1", *GONE, "--json").ok().data["already"]
    assert len(shown(shop)["notifications"]) == 2  # type: ignore[arg-type]
    assert shop.sent("POST", f"/v2/bookings/{uid}") == 0
    shop("customers", "erase", "1", "--yes").ok()


def test_cancelled_at_cal_com_it_is_cancelled_in_the_records_alone(shop: Salon) -> None:
    uid = booked(shop)
    shop("cancel", uid, "--reason", "ill", "--yes", env={"ASKPRO_COMPANY": "default"}).ok()
    shop("cancel", uid, *GONE).ok()
    assert shown(shop)["reason"] == f"cancelled in the records alone: booking {uid} is cancelled there"


def test_in_the_records_alone_only_where_cal_com_can_be_asked(shop: Salon) -> None:
    booked(shop)
    shop.arm("503", method="GET", path="*", times=None)
    assert "could not be asked whether booking" in shop("cancel", "1", *GONE).exits(5).stderr
    shop.sandbox.plan.clear()
    assert shown(shop)["status"] == "scheduled"
    assert "goes with an appointment" in shop("cancel", "unknown-uid", *GONE).exits(2).stderr


def test_what_waits_for_cal_com_is_cancelled_and_never_sent(shop: Salon) -> None:
    shop.cli.env["ASKPRO_BOOKING_PENDING_SYNC"] = "true"
    shop.arm("503", times=None)
    shop("book", *CUT, "--start", TOMORROW_TEN, *ANNA).exits(8)
    masked: Any = shown(shop)
    assert masked["attendee"] == {"name": "A*** S***", "email": "a***@e***.org", "phone": None}
    clear = shop("appointments", "show", "1", "--reveal", "--json").ok().data["appointment"]
    assert clear["attendee"] == {"name": "Anna Schmidt", "email": "anna@example.org", "phone": None}
    before = len(list(shop.sandbox.journal.entries()))
    plan = shop("cancel", "1", "--reason", "ill", "--dry-run", "--json").ok().data["plan"]
    assert plan["action"] == "cancel"
    done = shop("cancel", "1", "--reason", "ill", "--yes", "--json").ok().data
    assert (done["appointment"]["status"], done["booking"]) == ("cancelled", None)
    assert len(list(shop.sandbox.journal.entries())) == before
    told: Any = shown(shop)
    assert told["reason"] == "cancelled before it was sent to Cal.com"
    assert {"idempotency_key", "attendee"}.isdisjoint(told)
    assert (told["notifications"], told["activity"][-1]["event"]) == ([], "appointment.cancelled")
    assert shop("cancel", "1", "--reason", "ill", "--yes", "--json").ok().data["already"]
    assert "nothing was left open" in shop("appointments", "sync").ok().stderr


def test_who_waits_for_cal_com_is_exported_and_keeps_from_being_erased(shop: Salon, tmp_path: Path) -> None:
    """The row names no customer yet, only a number and an address in what a later run needs."""
    anna = (*ANNA, "--phone", "+493023125001")
    shop("book", *CUT, "--start", NOON, *anna).ok()
    shop.cli.env["ASKPRO_BOOKING_PENDING_SYNC"] = "true"
    shop.arm("503", times=None)
    shop("book", *CUT, "--start", TOMORROW_TEN, *anna).exits(8)
    shop("cancel", "1", "--reason", "ill", "--yes", env={"ASKPRO_BOOKING_MODIFY_NOTICE_HOURS": "1"}).ok()
    shop("customers", "export", "1", str(tmp_path / "anna.json")).ok()
    assert "pending_sync" in (tmp_path / "anna.json").read_text()
    assert "appointment 2" in shop("customers", "erase", "1", "--yes").exits(1).stderr
    shop("cancel", "2", "--reason", "ill", "--yes").ok()
    shop("customers", "erase", "1", "--yes").ok()
