"""Cancelling an appointment: on both sides, once, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.changing import (
    DAY,
    HOUR,
    LONG_AGO,
    Killed,
    Silent,
    cancel,
    everything,
    kill_at,
    move,
    there,
    uid_of,
)
from support.flow import TOMORROW_TEN, FlowPlace, guest

from askpro_cli.base.errors import FateUnknownError, NotFoundError, RefusedError, VendorError
from askpro_cli.booking import change
from askpro_cli.booking.flow.changing.changing import Terms
from askpro_cli.booking.flow.upkeep.sync import sync
from askpro_cli.platform.schema import Activity, CalcomBooking, Notification


def asked(place: FlowPlace) -> int:
    return len(list(place.sandbox.journal.entries()))


def test_a_cancellation_frees_time_and_key_on_both_sides(flow_place: FlowPlace) -> None:
    flow_place.book()
    done = cancel(flow_place)
    row = flow_place.row(1)
    assert (row.status, row.idempotency_key, row.payload, row.lock_token) == ("cancelled", None, None, None)
    assert row.cancelled_at == flow_place.clock.now()
    assert (done.already, done.elsewhere) == (False, None)
    assert flow_place.remote() == []
    assert [link.status for link in everything(flow_place, CalcomBooking)] == ["cancelled"]
    mails = [(mail.kind, mail.status) for mail in everything(flow_place, Notification)]
    assert mails == [("confirmation", "skipped"), ("cancellation", "pending")]
    again = flow_place.book()  # the same wish is a new appointment now
    assert again.appointment.id == 2
    flow_place.agree()


def test_twice_cancelled_is_a_success_that_asks_nobody(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    uid = uid_of(place)
    cancel(place)
    before, events = asked(place), len(everything(place, Activity))
    place.clock.advance(30 * 3600)  # its time is over, too
    for reference in (1, uid):
        assert cancel(place, reference).already
    assert asked(place) == before
    assert len(everything(place, Activity)) == events


def test_the_reason_is_told_to_the_attendee_and_kept_nowhere(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    cancel(place, terms=Terms(notice=timedelta(0), reason="caller has a fever"))
    assert place.sandbox.world.bookings[uid_of(place)].cancellation_reason == "caller has a fever"
    row = place.row(1)
    assert "fever" not in str([vars(row), *(vars(one) for one in everything(place, Activity))])


def test_a_moved_appointment_is_cancelled_by_its_old_uid(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    first = uid_of(place)
    move(place)
    cancel(place, first)
    assert place.row(1).status == "cancelled"
    assert place.remote() == []


def test_moved_at_cal_com_behind_our_back_the_successor_is_cancelled(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    second = there(place, uid_of(place), TOMORROW_TEN + 4 * HOUR)
    done = cancel(place)
    assert "moved at Cal.com" in (done.elsewhere or "")
    assert place.remote() == []
    row = place.row(1)
    assert (row.status, row.calcom_v2_booking_uid) == ("cancelled", second)
    assert [link.status for link in everything(place, CalcomBooking)] == ["cancelled", "cancelled"]


def test_cancelled_at_cal_com_behind_our_back_is_told(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    place.run(lambda flow: change.cancel(flow.desk, uid_of(place), "ill"))
    assert cancel(place).elsewhere == "it was cancelled at Cal.com before"
    assert place.row(1).status == "cancelled"


@pytest.mark.parametrize(
    "step", ["cancel_committed", "cancelled_at_vendor", "completing_cancel", "cancel_completed"]
)
def test_killed_at_any_step_the_next_sync_brings_both_sides_together(
    sqlite_flow_place: FlowPlace, step: str
) -> None:
    place = sqlite_flow_place
    place.book()
    uid = uid_of(place)
    with pytest.raises(Killed):
        cancel(place, at_step=kill_at(step))
    if place.row(1).status == "cancelling":
        place.change(1, lock_expires_at=LONG_AGO)
        assert [told.did for told in place.sync()] == ["finished"]
    assert place.row(1).status == "cancelled"
    assert place.remote() == []
    assert place.sent("POST", f"/v2/bookings/{uid}/cancel") == 1
    assert [mail.kind for mail in everything(place, Notification)] == ["confirmation", "cancellation"]
    assert place.sync() == []


@pytest.mark.parametrize("step", ["cancel_taken_up", "cancelled_at_vendor", "completing_cancel"])
def test_a_sync_may_be_killed_as_well(sqlite_flow_place: FlowPlace, step: str) -> None:
    place = sqlite_flow_place
    place.book()
    with pytest.raises(Killed):
        cancel(place, at_step=kill_at("cancel_committed"))
    place.change(1, lock_expires_at=LONG_AGO)
    with pytest.raises(Killed):
        place.run(lambda flow: sync(flow, due_only=False), at_step=kill_at(step))
    place.change(1, lock_expires_at=LONG_AGO)
    place.sync()
    assert place.row(1).status == "cancelled"
    assert place.remote() == []


def test_the_same_command_after_a_kill_needs_no_sync(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    with pytest.raises(Killed):
        cancel(place, at_step=kill_at("cancelled_at_vendor"))
    place.change(1, lock_expires_at=LONG_AGO)
    assert cancel(place).already
    assert place.remote() == []


def test_a_killed_move_is_finished_before_it_is_cancelled(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    with pytest.raises(Killed):
        move(place, at_step=kill_at("moved_at_vendor"))
    place.change(1, lock_expires_at=LONG_AGO)
    cancel(place)
    assert (place.row(1).status, place.remote()) == ("cancelled", [])


def test_a_fate_that_is_unknown_stays_open_and_sync_finds_out(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    place.wire = wire = Silent(place.sandbox)
    with pytest.raises(FateUnknownError):
        cancel(place)
    assert place.row(1).status == "cancelling"
    wire.healed = True
    place.store.clear()
    assert [told.now for told in place.sync()] == ["cancelled"]
    assert place.remote() == []


def test_an_ill_vendor_leaves_it_where_it_stands(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    place.fault("503", path="*/cancel", times=None)
    with pytest.raises(VendorError):
        cancel(place)
    place.sandbox.plan.clear()
    assert place.agree()[0].status == "scheduled"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"status": "no_show"}, "is no_show and cannot be cancelled"),
        ({"status": "failed"}, "is failed and cannot be cancelled"),
        ({"status": "booking"}, r"not booked at Cal\.com yet"),
        ({"starts_at": LONG_AGO, "ends_at": LONG_AGO + HOUR}, "is not changed any more"),
        ({"starts_at": TOMORROW_TEN - 20 * HOUR}, "begins in 5 h, and changes need 1 d"),
    ],
)
def test_what_may_not_be_cancelled_stays_and_nothing_is_asked(
    sqlite_flow_place: FlowPlace, values: dict[str, Any], said: str
) -> None:
    place = sqlite_flow_place
    place.book()
    place.change(1, **values)
    before = asked(place)
    with pytest.raises(RefusedError, match=said):
        cancel(place)
    assert asked(place) == before
    with pytest.raises(NotFoundError):
        cancel(place, 99)


def test_a_slot_is_held_until_the_cancellation_stands(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    with pytest.raises(Killed):
        cancel(place, at_step=kill_at("cancel_committed"))
    with pytest.raises(VendorError, match=r"is not free at Cal\.com"):
        place.book(guest(1))
    place.change(1, lock_expires_at=LONG_AGO)
    place.sync()
    place.book(guest(1))
    place.agree()


def test_the_limit_is_set_aside_by_who_may(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    with pytest.raises(RefusedError):
        cancel(place, terms=Terms(notice=timedelta(days=9)))
    assert DAY.override is False
    cancel(place, terms=Terms(notice=timedelta(days=9), override=True))
    assert place.row(1).status == "cancelled"
