"""State that vanishes, records that fail late, a vendor that answers oddly: what a booking does then."""

from __future__ import annotations

import pytest
from support.salon import HAIRCUT, TOMORROW_TEN, Salon

from askpro_cli.base.errors import RecordsError
from askpro_cli.platform import idempotency

NOON = "2026-11-24T12:00"


def test_a_booking_is_made_although_the_shared_state_is_away(salon: Salon) -> None:
    salon.cli.env["ASKPRO_REDIS_URL"] = "redis://127.0.0.1:9/0"
    first = salon.book().ok().data["booking"]["uid"]
    assert salon.standing() == [first]
    assert salon.book().ok().data["booking"]["uid"] == first
    salon("cancel", first, "--reason", "ill", "--yes").ok()


def test_a_booking_that_could_not_be_noted_stands_and_is_found_by_the_same_command(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> bool:
        message = "the disk is full"
        raise RecordsError(message)

    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "complete", full)
        booked = salon.book().ok()
    assert "could not be noted (the disk is full)" in booked.stderr
    uid = booked.data["booking"]["uid"]
    # its lease is not over yet, so the next run waits for it; then it looks and finds
    again = salon.book().ok()
    assert again.data["booking"]["uid"] == uid
    assert "another process is at this booking, or was killed" in again.stderr
    assert "succeeded after 9 s" in again.json["meta"]["notices"][0]
    assert salon.standing() == [uid]


def test_a_chain_of_moves_in_a_circle_is_the_vendors_fault_and_ends(salon: Salon) -> None:
    first = salon.book().ok().data["booking"]["uid"]
    second = salon("reschedule", first, "--start", NOON, "--json").ok().data["booking"]["uid"]
    bookings = salon.sandbox.world.bookings
    bookings[second].status = "cancelled"
    bookings[second].rescheduled_to = first
    salon.cli.env["ASKPRO_GOVERNOR_LIMIT"] = "1000"
    salon("reschedule", first, "--start", "2026-11-24T15:00").exits(5)
    shown = salon("bookings", "show", first, "--json").exits(1)
    assert {link["uid"] for link in shown.data["chain"]} == {first, second}


def test_a_broken_link_ends_the_chain_that_is_shown(salon: Salon) -> None:
    first = salon.book().ok().data["booking"]["uid"]
    second = salon("reschedule", first, "--start", NOON, "--json").ok().data["booking"]["uid"]
    del salon.sandbox.world.bookings[second]
    shown = salon("bookings", "show", first, "--json").exits(1)
    assert [link["uid"] for link in shown.data["chain"]] == [first]


def test_a_stored_booking_that_the_vendor_no_longer_knows_is_booked_again(salon: Salon) -> None:
    salon.book().ok()
    salon.sandbox.world.reset(salon.clock.now())
    again = salon.book().ok()
    assert again.data["replayed"] is False
    assert salon.standing() == [again.data["booking"]["uid"]]


def test_a_stored_booking_that_cannot_be_confirmed_is_unknown_not_fine(salon: Salon) -> None:
    salon.book().ok()
    salon.arm("503", method="GET", path="/v2/bookings/*", times=None)
    salon.book().exits(5)
    assert salon.sent("POST") == 1


def test_a_move_of_a_booking_whose_event_type_is_gone_is_still_refused_clearly(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    salon.book(start=NOON, who=("--name", "Otto", "--email", "otto@example.org")).ok()
    salon("cache", "clear").ok()
    salon.arm("503", method="GET", path="/v2/event-types/*", times=None)
    refused = salon("reschedule", uid, "--start", NOON, "--json").exits(1)
    assert refused.data["alternatives"] == []


def test_slots_in_a_legacy_shape_are_no_free_calendar(salon: Salon) -> None:
    salon.arm("legacy-shape", method="GET", path="/v2/slots", times=None)
    salon("availability", HAIRCUT, "--from", TOMORROW_TEN[:10]).exits(5)
