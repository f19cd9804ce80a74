"""A booking happens once: whatever the wire, the vendor or the operator does in between."""

from __future__ import annotations

import pytest
from support.salon import ANNA, HAIRCUT, OTTO, TOMORROW_TEN, Salon

AFTER_COMMIT = [
    "reset-after",
    "timeout-after",
    "500=after",
    "502=after",
    "503=after",
    "504=after",
    "truncated",
    "not-json",
]


@pytest.mark.parametrize("fault", AFTER_COMMIT)
def test_an_answer_lost_after_the_commit_makes_one_booking_and_exit_0(salon: Salon, fault: str) -> None:
    salon.arm(fault)
    answer = salon.book().ok()
    assert answer.data["recovered"] is True
    assert salon.standing() == [answer.data["booking"]["uid"]]
    assert salon.sent("POST") == 1


@pytest.mark.parametrize("fault", ["reset-before", "500", "502", "503", "504", "html502"])
def test_a_request_that_never_arrived_is_sent_again(salon: Salon, fault: str) -> None:
    salon.arm(fault)
    answer = salon.book().ok()
    assert answer.data["recovered"] is False
    assert salon.standing() == [answer.data["booking"]["uid"]]


def test_a_fate_that_stays_unknown_exits_5_prints_the_key_and_the_same_command_settles_it(
    salon: Salon,
) -> None:
    salon.arm("reset-after")
    salon.arm("503", method="GET", times=None)
    lost = salon.book().exits(5)
    error = lost.json["errors"][0]
    assert error["code"] == "fate_unknown"
    key = error["details"]["idempotency_key"]
    assert key in error["hint"]
    assert key in lost.stderr
    assert len(salon.standing()) == 1

    salon.sandbox.plan.clear()
    salon("breaker", "reset", "--yes").ok()
    again = salon.book().ok()
    assert again.data["idempotency_key"] == key
    assert again.data["recovered"] is True
    assert salon.standing() == [again.data["booking"]["uid"]]
    assert salon.sent("POST") == 1


def test_an_unsettled_key_whose_request_never_arrived_is_sent_by_the_next_run(salon: Salon) -> None:
    salon.arm("reset-before")
    salon.arm("503", method="GET", times=None)
    salon.book().exits(5)
    assert salon.standing() == []
    salon.sandbox.plan.clear()
    salon("breaker", "reset", "--yes").ok()
    again = salon.book().ok()
    assert again.data["recovered"] is False
    assert salon.standing() == [again.data["booking"]["uid"]]


def test_while_nobody_can_look_an_unsettled_key_stays_unsettled_and_nothing_is_sent(salon: Salon) -> None:
    salon.arm("reset-after")
    salon.arm("503", method="GET", times=None)
    salon.book().exits(5)
    salon.book().exits(5)
    assert salon.sent("POST") == 1


def test_the_same_command_again_is_the_same_booking(salon: Salon) -> None:
    first = salon.book().ok()
    second = salon.book(
        start="2026-11-24T09:00Z", who=("--name", " anna  SCHMIDT", "--email", "anna@example.org")
    ).ok()
    assert second.data["booking"]["uid"] == first.data["booking"]["uid"]
    assert second.data["replayed"] is True
    assert salon.sent("POST") == 1


def test_book_cancel_and_book_the_same_slot_again_books_it_again(salon: Salon) -> None:
    first = salon.book().ok().data["booking"]["uid"]
    salon("cancel", first, "--reason", "ill", "--yes").ok()
    second = salon.book().ok()
    assert second.data["replayed"] is False
    assert second.data["booking"]["uid"] != first
    assert salon.standing() == [second.data["booking"]["uid"]]
    assert salon.book().ok().data["booking"]["uid"] == second.data["booking"]["uid"]


def test_a_moved_booking_frees_its_key(salon: Salon) -> None:
    first = salon.book().ok().data["booking"]["uid"]
    salon("reschedule", first, "--start", "2026-11-24T12:00").ok()
    again = salon.book().ok()
    assert salon.standing() == [again.data["booking"]["uid"]]
    assert len(salon.standing("2026-11-24T12:00")) == 1


def test_another_person_with_the_same_address_is_no_replay(salon: Salon) -> None:
    salon.book().ok()
    other = salon.book(who=("--name", "Otto Becker", "--email", "anna@example.org")).exits(1)
    assert other.json["errors"][0]["code"] == "refused"


def test_a_given_key_with_other_content_is_refused_and_nothing_is_sent(salon: Salon) -> None:
    salon.book("--idempotency-key", "call-17").ok()
    for other in (("--metadata", "call=17"), ("--guest", "x@example.org")):
        wrong = salon.book("--idempotency-key", "call-17", *other).exits(2)
        assert wrong.json["errors"][0]["code"] == "idempotency_mismatch"
    salon.book("--idempotency-key", "call-17", who=OTTO).exits(2)
    assert salon.sent("POST") == 1


def test_a_derived_key_with_other_details_says_what_was_not_applied(salon: Salon) -> None:
    salon.book("--metadata", "call=17").ok()
    again = salon.book("--metadata", "call=18", "--guest", "x@example.org").ok()
    assert again.data["not_applied"] == ["--guest", "--metadata"]
    assert "not applied: --guest, --metadata" in again.stderr


def test_another_place_than_the_booking_has_is_told(salon: Salon) -> None:
    phone = ("--phone", "030 23125 001", "--field", "haarlaenge=kurz")
    call = ("book", "1006", "--start", TOMORROW_TEN, *ANNA, *phone, "--json")
    first = salon(*call, "--location", "attendeePhone").ok().data
    assert salon(*call, "--location", "attendeePhone").ok().data["not_applied"] == []
    again = salon(*call, "--location", "attendeePhone:+49 30 23125 002").ok().data
    assert again["booking"]["uid"] == first["booking"]["uid"]
    assert again["not_applied"] == ["--location"]


def test_a_foreign_booking_returned_as_new_is_an_error_and_the_next_run_books(salon: Salon) -> None:
    salon.arm("foreign-booking")
    wrong = salon.book().exits(5)
    assert wrong.json["errors"][0]["details"]["reason"] == "foreign_or_old_booking"
    assert wrong.data is None
    again = salon.book().ok()
    assert salon.standing() == [again.data["booking"]["uid"]]


@pytest.mark.parametrize("offset", [-3600, 3600])
def test_a_vendor_whose_clock_is_off_is_no_foreign_booking(salon: Salon, offset: int) -> None:
    salon.sandbox.clock.offset = offset
    salon.book(start="2026-11-24T12:00").ok()


def test_a_race_lost_at_the_vendor_is_a_refusal_and_frees_the_key(salon: Salon) -> None:
    salon.arm("race409")
    salon.book().exits(1)
    salon.book().ok()


def test_a_refused_slot_exits_1_and_offers_alternatives_on_both_channels(salon: Salon) -> None:
    salon.book().ok()
    refused = salon.book(who=OTTO).exits(1)
    assert refused.json["errors"][0]["code"] == "refused"
    assert refused.data["booking"] is None
    starts = [one["start"] for one in refused.data["alternatives"]]
    assert starts[:2] == ["2026-11-24T09:30:00+01:00", "2026-11-24T10:30:00+01:00"]
    assert (
        "Tue 2026-11-24 09:30"
        in salon("book", HAIRCUT, "--start", TOMORROW_TEN, *OTTO, terminal=True).exits(1).stdout
    )


def test_a_refusal_stays_a_refusal_when_no_alternatives_can_be_looked_up(salon: Salon) -> None:
    salon.book().ok()
    salon.arm("503", method="GET", path="/v2/slots", times=None)
    refused = salon.book(who=OTTO).exits(1)
    assert refused.data["alternatives"] == []
    assert "no alternatives could be looked up" in refused.stderr


def test_next_books_the_nearest_and_repeated_returns_the_same(salon: Salon) -> None:
    salon.book().ok()
    first = salon.book("--next", who=OTTO).ok()
    assert first.data["next"] is True
    assert first.data["booking"]["start"] == "2026-11-24T09:30:00+01:00"
    again = salon.book("--next", who=OTTO).ok()
    assert again.data["booking"]["uid"] == first.data["booking"]["uid"]
    assert again.data["replayed"] is True


def test_next_goes_on_when_a_listed_slot_is_refused_too(salon: Salon) -> None:
    salon.book().ok()
    salon.arm("race409", times=2)
    booked = salon.book("--next", who=OTTO).ok()
    assert booked.data["booking"]["start"] == "2026-11-24T10:30:00+01:00"


def test_next_gives_up_after_five_refusals(salon: Salon) -> None:
    salon.arm("race409", times=None)
    salon.book("--next", who=OTTO).exits(1)
    assert salon.sent("POST") == 6


def test_a_cached_slot_is_gone_right_after_it_was_booked(salon: Salon) -> None:
    window = ("availability", HAIRCUT, "--from", "2026-11-24", "--days", "1", "--json")
    assert "2026-11-24T10:00:00+01:00" in [slot["start"] for slot in salon(*window).ok().data["slots"]]
    salon.book().ok()
    after = salon(*window).ok()
    assert after.json["meta"]["cache"]["hit"] is False
    assert "2026-11-24T10:00:00+01:00" not in [slot["start"] for slot in after.data["slots"]]


def test_a_dry_run_sends_nothing_and_claims_nothing(salon: Salon) -> None:
    plan = salon.book("--dry-run").ok().data["plan"]
    assert plan["action"] == "book"
    assert plan["listed"] is True
    assert salon.sent("POST") == 0
    key = salon.book().ok().data["idempotency_key"]
    assert plan["idempotency_key"] == key
    assert salon.book("--dry-run", who=OTTO).ok().data["plan"]["listed"] is False


def test_the_person_is_nowhere_in_the_answer_the_log_or_the_records(salon: Salon) -> None:
    salon.arm("reset-after")
    answer = salon.book("--phone", "030 23125 001").ok()
    state = salon.cli.env["ASKPRO_STATE_DIR"]
    from pathlib import Path

    written = b"".join(path.read_bytes() for path in Path(state).rglob("*") if path.is_file())
    for personal in ("Schmidt", "anna@example.org", "493023125001"):
        assert personal not in answer.stdout + answer.stderr
        assert personal.encode() not in written


def test_a_phone_number_alone_is_enough_where_no_address_is_asked(salon: Salon) -> None:
    booked = salon(
        "book", "1004", "--start", TOMORROW_TEN, "--name", "Anna", "--phone", "030 23125 001", "--json"
    ).ok()
    assert booked.data["booking"]["attendees"][0]["phone"] == "***01"
    assert ANNA[1] not in booked.stdout
