"""What is changed at Cal.com reaches the records by its events, along the chain of uids; twice, too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.calcom_events import chain, handled, hooked
from support.changing import HOUR, NOON, everything, there
from support.flow import TOMORROW_TEN, FlowPlace

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.booking import change
from askpro_cli.platform.schema import Activity, CalcomBooking, Notification
from askpro_cli.platform.tenancy import TenantSession

UID = "b7Qk3xTnV2mPz8RwYc5Hd1"


def forget_bookings(session: TenantSession) -> None:
    for row in session.scalars(select(CalcomBooking)):
        session.delete(row)


def cancelled_there(place: FlowPlace, uid: str) -> None:
    place.run(lambda flow: change.cancel(flow.desk, uid, "nobody comes"))


def test_what_we_booked_ourselves_is_confirmed_and_changes_nothing(flow_place: FlowPlace) -> None:
    hook = hooked(flow_place)
    made = flow_place.book().appointment
    before = flow_place.row(made.id)
    assert [one["triggerEvent"] for one in hook.sent] == ["BOOKING_CREATED"]
    hook.settle()
    after = flow_place.row(made.id)
    assert (after.status, after.version, after.updated_at) == ("scheduled", before.version, before.updated_at)
    assert chain(flow_place) == [(made.calcom_v2_booking_uid, "accepted", made.id)]
    assert len(flow_place.agree()) == 1


def test_a_move_there_moves_the_one_appointment(flow_place: FlowPlace) -> None:
    hook = hooked(flow_place)
    old = flow_place.book().appointment.calcom_v2_booking_uid
    assert old is not None
    new = there(flow_place, old, NOON)
    moves = hook.take()
    for _ in range(2):
        hook.deliver(moves)
        (row,) = flow_place.agree()
        assert (row.calcom_v2_booking_uid, row.starts_at) == (new, NOON)
        assert row.ends_at - row.starts_at == timedelta(minutes=30)
        assert chain(flow_place) == [(old, "cancelled", 1), (new, "accepted", 1)]
    mails = everything(flow_place, Notification)
    assert [mail.kind for mail in mails] == ["confirmation", "change"]
    notes = [note.event for note in everything(flow_place, Activity)]
    assert notes.count("appointment.moved") == 1


def test_the_last_of_three_moves_may_come_first(flow_place: FlowPlace) -> None:
    hook = hooked(flow_place)
    first = str(flow_place.book().appointment.calcom_v2_booking_uid)
    second = there(flow_place, first, NOON)
    third = there(flow_place, second, NOON + HOUR)
    fourth = there(flow_place, third, NOON + 2 * HOUR)
    hook.deliver(reversed(hook.take()))
    (row,) = flow_place.agree()
    assert (row.calcom_v2_booking_uid, row.starts_at) == (fourth, NOON + 2 * HOUR)
    assert sorted(chain(flow_place)) == sorted(
        [(first, "cancelled", 1), (second, "cancelled", 1), (third, "cancelled", 1), (fourth, "accepted", 1)]
    )


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_a_cancellation_there_ends_it_wherever_it_had_been_moved(
    flow_place: FlowPlace, *, backwards: bool
) -> None:
    hook = hooked(flow_place)
    old = str(flow_place.book().appointment.calcom_v2_booking_uid)
    new = there(flow_place, old, NOON)
    cancelled_there(flow_place, new)
    events = hook.take()
    hook.deliver(events[::-1] if backwards else events)
    row = flow_place.row(1)
    assert (row.status, row.status_reason) == ("cancelled", "cancelled at Cal.com")
    assert (row.calcom_v2_booking_uid, row.starts_at) == (new, NOON)
    assert (row.idempotency_key, row.lock_token) == (None, None)
    assert sorted(chain(flow_place)) == sorted([(old, "cancelled", 1), (new, "cancelled", 1)])
    assert "cancellation" in [mail.kind for mail in everything(flow_place, Notification)]
    assert flow_place.sync() == []


def test_what_was_called_off_there_and_booked_again_stands_again(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    hook = hooked(place)
    old = str(place.book().appointment.calcom_v2_booking_uid)
    new = there(place, old, NOON)
    moved = hook.take()
    called_off = next(one for one in moved if one["triggerEvent"] == "BOOKING_RESCHEDULED")
    gone = {
        "triggerEvent": "BOOKING_CANCELLED",
        "createdAt": called_off["createdAt"],
        "payload": {**called_off["payload"], "uid": old, "rescheduleUid": None, "status": "CANCELLED"},
    }
    hook.deliver([gone])
    assert place.row(1).status == "cancelled"
    hook.deliver(moved)
    (row,) = place.agree()
    assert (row.calcom_v2_booking_uid, row.status_reason) == (new, None)


def test_what_our_own_people_cancelled_stays_so(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    hook = hooked(place)
    place.book()
    made = hook.take()
    place.change(1, status="cancelled", status_reason="in the records alone")
    hook.deliver(made)
    assert (place.row(1).status, place.row(1).status_reason) == ("cancelled", "in the records alone")


def test_a_meeting_that_ended_is_completed_and_nobody_came_is_told(flow_place: FlowPlace) -> None:
    hook = hooked(flow_place)
    uid = str(flow_place.book().appointment.calcom_v2_booking_uid)
    booking = flow_place.sandbox.world.bookings[uid]
    hook.settle()
    flow_place.sandbox.world.emit("MEETING_ENDED", booking)
    hook.settle()
    assert flow_place.row(1).status == "completed"
    absent = {
        "triggerEvent": "BOOKING_NO_SHOW_UPDATED",
        "createdAt": "2026-11-24T10:00:00.000Z",
        "payload": {"bookingUid": uid, "attendees": [{"email": "anna@example.org", "noShow": True}]},
    }
    present = {
        **absent,
        "createdAt": "2026-11-24T10:05:00.000Z",
        "payload": {"bookingUid": uid, "attendees": [{"email": "anna@example.org", "noShow": False}]},
    }
    hook.deliver([absent])
    assert flow_place.row(1).status == "no_show"
    hook.deliver([present, absent])
    assert flow_place.row(1).status == "completed"


def test_who_did_not_come_may_be_told_before_anything_else(sqlite_flow_place: FlowPlace) -> None:
    """It must not wait for the other events of the booking, which come after it in the order of the inbox."""
    place = sqlite_flow_place
    hook = hooked(place)
    uid = str(place.book().appointment.calcom_v2_booking_uid)
    new = there(place, uid, NOON)
    (moved,) = [one for one in hook.take() if one["triggerEvent"] == "BOOKING_RESCHEDULED"]
    absent = {
        "triggerEvent": "BOOKING_NO_SHOW_UPDATED",
        "createdAt": "2026-11-24T10:00:00.000Z",
        "payload": {"bookingUid": new, "attendees": [{"noShow": True}]},
    }
    hook.deliver([absent])
    assert chain(place) == [(uid, "accepted", 1), (new, "pending", None)]
    hook.deliver([moved])
    assert chain(place) == [(uid, "cancelled", 1), (new, "accepted", 1)]
    row = place.row(1)
    assert (row.status, row.starts_at, row.calcom_v2_booking_uid) == ("no_show", NOON, new)


def test_a_booking_made_past_us_is_written_down_and_left_alone(flow_place: FlowPlace) -> None:
    """It is nobody's orphan: a sync would cancel what somebody booked on Cal.com's own page."""
    hook = hooked(flow_place)
    document = {
        "triggerEvent": "BOOKING_CREATED",
        "createdAt": "2026-11-23T08:00:00.000Z",
        "payload": {
            "uid": UID,
            "bookingId": 4711,
            "eventTypeId": 1001,
            "startTime": "2026-11-25T09:00:00Z",
            "endTime": "2026-11-25T09:30:00Z",
            "status": "ACCEPTED",
            "organizer": {"id": 1},
            "metadata": {},
        },
    }
    said = handled(flow_place.records, document)
    assert said.reason == "the booking goes with no appointment here"
    assert [(one.kind, one.payload) for one in said.effects] == [("calcom.forget_slots", {"hosts": [1]})]
    assert chain(flow_place) == [(UID, "accepted", None)]
    assert flow_place.appointments() == []
    assert (flow_place.sync(), hook.sent) == ([], [])


def test_a_booking_of_an_appointment_that_was_given_up_is_taken_back_by_the_next_sync(
    sqlite_flow_place: FlowPlace,
) -> None:
    place = sqlite_flow_place
    hook = hooked(place)
    uid = place.book().appointment.calcom_v2_booking_uid
    place.change(1, status="failed", calcom_v2_booking_uid=None)
    place.records.run_in_transaction(forget_bookings)
    hook.settle()
    assert chain(place) == [(uid, "orphan", None)]
    (told,) = place.sync()
    assert (told.did, place.remote()) == ("cancelled", [])


@pytest.mark.parametrize(
    "payload", [{}, {"uid": ""}, {"uid": "ü"}, {"uid": 7}, {"uid": UID, "startTime": "ten"}]
)
def test_a_body_of_another_shape_is_told(sqlite_flow_place: FlowPlace, payload: dict[str, object]) -> None:
    document = {
        "triggerEvent": "BOOKING_CREATED",
        "createdAt": "2026-11-23T08:00:00.000Z",
        "payload": payload,
    }
    with pytest.raises(VendorProtocolError):
        handled(sqlite_flow_place.records, document)
    assert chain(sqlite_flow_place) == []


@pytest.mark.parametrize("trigger", ["PING", "FORM_SUBMITTED", "OOO_CREATED", "BOOKING.CREATED", "WHATEVER"])
def test_what_concerns_no_booking_is_ignored_with_a_reason(
    sqlite_flow_place: FlowPlace, trigger: str
) -> None:
    said = handled(
        sqlite_flow_place.records, {"triggerEvent": trigger, "payload": {"oooEntry": {"user": {"id": 1}}}}
    )
    assert said.outcome == "ignored"
    assert said.reason
    assert [one.payload for one in said.effects] == ([{"hosts": [1]}] if trigger == "OOO_CREATED" else [])


def test_the_time_that_was_asked_for_is_as_it_was(flow_place: FlowPlace) -> None:
    """A meeting that started is told by the flat body, in which the booking lies at the root."""
    hook = hooked(flow_place)
    uid = str(flow_place.book().appointment.calcom_v2_booking_uid)
    flow_place.sandbox.world.emit("MEETING_STARTED", flow_place.sandbox.world.bookings[uid])
    hook.deliver(reversed(hook.take()))
    (row,) = flow_place.agree()
    assert (row.starts_at, row.calcom_v2_booking_uid) == (TOMORROW_TEN, uid)
