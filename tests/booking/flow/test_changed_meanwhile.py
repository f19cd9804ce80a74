"""Somebody changed a booking at Cal.com, past our records: before they said that it stands, or after."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from support.changing import HOUR, NOON, Killed, everything, kill_at, move, there
from support.flow import TOMORROW_TEN, FlowPlace, guest

from askpro_cli.base.errors import FateUnknownError, RefusedError, UnknownError, VendorNotFoundError
from askpro_cli.booking import change
from askpro_cli.booking.flow.changing.changing import Terms
from askpro_cli.booking.flow.outcomes import SyncOutcome
from askpro_cli.platform.schema import CalcomBooking, Customer, Notification

FAR = TOMORROW_TEN + timedelta(days=14)
STEPS = ("answered", "booked")
"""The key does not name the booking yet; it does."""


def killed(place: FlowPlace, step: str = "booked") -> str:
    """Book, and end the run at a step after Cal.com had booked; returns the uid."""
    with pytest.raises((Killed, FateUnknownError)):
        place.book(at_step=kill_at(step))
    place.change(1, lock_expires_at=None)
    (made,) = place.remote()
    assert place.row(1).status == "booking"
    return str(made.uid)


def cancelled_there(place: FlowPlace, uid: str) -> None:
    """Cancel a booking at Cal.com, past our records."""
    place.run(lambda flow: change.cancel(flow.desk, uid, "nobody comes"))


def synced(place: FlowPlace) -> SyncOutcome:
    """Finish what is open, which is one appointment; a second sync finds nothing to do."""
    (told,) = place.sync()
    assert place.sync() == []
    return told


def chain(place: FlowPlace) -> list[tuple[str, str, int | None]]:
    return [(one.calcom_uid, one.status, one.appointment_id) for one in everything(place, CalcomBooking)]


@pytest.mark.parametrize("step", STEPS)
def test_what_was_cancelled_there_is_cancelled_here_and_not_booked_again(
    flow_place: FlowPlace, step: str
) -> None:
    uid = killed(flow_place, step)
    cancelled_there(flow_place, uid)
    told = synced(flow_place)
    assert (told.did, told.now, told.reason) == ("finished", "cancelled", "cancelled at Cal.com")
    row = flow_place.row(1)
    assert (row.status, row.status_reason) == ("cancelled", "cancelled at Cal.com")
    assert (row.idempotency_key, row.payload, row.lock_token) == (None, None, None)
    assert (row.calcom_v2_booking_uid, chain(flow_place)) == (uid, [(uid, "cancelled", 1)])
    assert (flow_place.remote(), flow_place.sent()) == ([], 1)
    assert everything(flow_place, Notification) == []  # nobody was told that there is an appointment


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("start", [NOON, FAR], ids=["same day", "far away"])
def test_what_was_moved_there_is_followed(sqlite_flow_place: FlowPlace, step: str, start: datetime) -> None:
    place = sqlite_flow_place
    old = killed(place, step)
    new = there(place, there(place, old, start - HOUR), start)
    assert synced(place).now == "scheduled"
    (row,) = place.agree()
    assert (row.calcom_v2_booking_uid, row.starts_at) == (new, start)
    assert row.ends_at - row.starts_at == timedelta(minutes=30)
    assert row.idempotency_key is None
    assert row.payload is None
    links = chain(place)
    assert (links[0], links[2]) == ((old, "cancelled", 1), (new, "accepted", 1))
    (mail,) = everything(place, Notification)
    assert (mail.kind, mail.payload["starts_at"][:10]) == ("confirmation", f"{start:%Y-%m-%d}")
    assert len(everything(place, Customer)) == 1
    assert place.sent() == 1


def test_what_was_moved_there_and_back_is_the_appointment(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    uid = killed(place)
    back = there(place, there(place, uid, NOON), TOMORROW_TEN)
    assert synced(place).now == "scheduled"
    (row,) = place.agree()
    assert row.calcom_v2_booking_uid == back
    assert place.book().replayed
    assert place.sent() == 1


def test_what_was_moved_there_and_then_cancelled_is_cancelled(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    old = killed(place)
    new = there(place, old, FAR)
    cancelled_there(place, new)
    assert synced(place).now == "cancelled"
    assert place.row(1).calcom_v2_booking_uid == new
    assert [link[:2] for link in chain(place)] == [(old, "cancelled"), (new, "cancelled")]
    assert (place.remote(), place.sent()) == ([], 1)


@pytest.mark.parametrize("what", ["moved", "cancelled"])
def test_it_is_followed_when_its_time_has_come_too(sqlite_flow_place: FlowPlace, what: str) -> None:
    """Then one only looks."""
    place = sqlite_flow_place
    uid = killed(place)
    if what == "moved":
        there(place, uid, FAR)
    else:
        cancelled_there(place, uid)
    place.clock.advance(2 * 24 * 3600)
    assert synced(place).now == ("scheduled" if what == "moved" else "cancelled")
    assert place.row(1).starts_at == (FAR if what == "moved" else TOMORROW_TEN)
    assert place.sent() == 1


@pytest.mark.parametrize("what", ["moved", "cancelled"])
def test_whoever_asks_again_gets_the_time_as_a_new_appointment(
    sqlite_flow_place: FlowPlace, what: str
) -> None:
    place = sqlite_flow_place
    uid = killed(place)
    if what == "moved":
        there(place, uid, NOON)
    else:
        cancelled_there(place, uid)
    again = place.book()
    assert (again.appointment.id, again.appointment.starts_at) == (2, TOMORROW_TEN)
    first = "scheduled" if what == "moved" else "cancelled"
    assert [row.status for row in place.appointments()] == [first, "scheduled"]
    assert len(place.agree()) == (2 if what == "moved" else 1)


def test_a_chain_that_cannot_be_read_leaves_the_row_as_it_is(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    uid = killed(place)
    new = there(place, uid, FAR)
    place.fault("503", method="GET", path=f"*/{new}", times=None)
    (told,) = place.sync()
    assert (told.did, told.now) == ("kept", "booking")
    assert place.row(1).payload is not None
    place.heal()
    assert synced(place).now == "scheduled"
    assert place.sent() == 1


def test_a_look_that_fails_proves_nothing(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    uid = killed(place)
    cancelled_there(place, uid)
    place.fault("not-json", method="GET", times=None)
    (told,) = place.sync()
    assert (told.did, told.now) == ("kept", "booking")
    place.heal()
    assert synced(place).now == "cancelled"
    assert place.sent() == 1


def test_a_booking_that_names_the_row_of_other_records_is_not_ours(sqlite_flow_place: FlowPlace) -> None:
    """Two installations may share an account of Cal.com: each has an appointment 1."""
    place = sqlite_flow_place
    uid = killed(place)
    cancelled_there(place, uid)
    place.sandbox.world.bookings[uid].metadata["askpro_correlation"] = "of-another-run"
    assert synced(place).now == "scheduled"
    assert place.agree()[0].calcom_v2_booking_uid != uid


def test_nobody_hears_of_an_appointment_that_was_cancelled_while_it_was_being_booked(
    sqlite_flow_place: FlowPlace,
) -> None:
    """A slow run, overtaken by a sync; and what that found was cancelled at Cal.com."""
    place = sqlite_flow_place

    def overtaken(step: str) -> None:
        if step == "booked":
            place.change(1, lock_expires_at=None)
            with ThreadPoolExecutor(1) as beside:
                beside.submit(cancelled_there, place, place.remote()[0].uid).result()
                (told,) = beside.submit(place.sync).result()
            assert told.now == "cancelled"

    with pytest.raises(RefusedError, match="appointment 1 was cancelled while it was being booked"):
        place.book(at_step=overtaken)
    assert place.remote() == []


def test_what_was_changed_after_it_stood_is_followed_when_somebody_asks_again(flow_place: FlowPlace) -> None:
    uid = flow_place.book().appointment.calcom_v2_booking_uid or ""
    new = there(flow_place, there(flow_place, uid, NOON), FAR)
    assert flow_place.book().appointment.id == 2
    moved = flow_place.row(1)
    assert (moved.calcom_v2_booking_uid, moved.starts_at, moved.idempotency_key) == (new, FAR, None)
    assert [link[2] for link in chain(flow_place)][:3] == [1, 1, 1]
    cancelled_there(flow_place, flow_place.row(2).calcom_v2_booking_uid or "")
    assert flow_place.book().appointment.id == 3
    row = flow_place.row(2)
    assert (row.status, row.status_reason) == ("cancelled", "cancelled at Cal.com")
    assert len(flow_place.agree()) == 2
    assert [(mail.appointment_id, mail.kind) for mail in everything(flow_place, Notification)] == [
        (1, "confirmation"),
        (1, "change"),
        (2, "confirmation"),
        (2, "cancellation"),
        (3, "confirmation"),
    ]


def test_an_appointment_that_stood_is_not_cancelled_because_its_chain_cannot_be_read(
    sqlite_flow_place: FlowPlace,
) -> None:
    place = sqlite_flow_place
    uid = place.book().appointment.calcom_v2_booking_uid or ""
    new = there(place, uid, FAR)
    place.fault("503", method="GET", path=f"*/{new}", times=None)
    with pytest.raises(UnknownError, match="where it is now cannot be read"):
        place.book()
    assert [row.status for row in place.appointments()] == ["scheduled"]
    place.heal()
    assert place.book().appointment.id == 2
    assert len(place.agree()) == 2


def test_a_booking_that_this_key_cannot_see_is_not_taken_for_cancelled(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    uid = place.book().appointment.calcom_v2_booking_uid or ""
    del place.sandbox.world.bookings[uid]
    with pytest.raises(VendorNotFoundError) as told:
        place.book()
    assert told.value.message == f"Cal.com knows no booking {uid}, which carries appointment 1"
    assert place.row(1).status == "scheduled"


def test_a_move_that_this_key_cannot_see_is_neither_finished_nor_taken_back(
    sqlite_flow_place: FlowPlace,
) -> None:
    """Cal.com has moved it; then somebody sets the key of another account for a while."""
    place = sqlite_flow_place
    place.book()
    with pytest.raises(Killed):
        move(place, at_step=kill_at("moved_at_vendor"), terms=Terms(notice=HOUR))
    place.change(1, lock_expires_at=None)
    bookings = place.sandbox.world.bookings
    known = dict(bookings)
    bookings.clear()
    (told,) = place.sync()
    assert (told.did, told.now) == ("kept", "moving")
    bookings.update(known)
    assert synced(place).now == "scheduled"
    assert [row.starts_at for row in place.agree()] == [NOON]


def test_a_known_customer_hears_nothing_of_an_appointment_that_never_stood(
    sqlite_flow_place: FlowPlace,
) -> None:
    place = sqlite_flow_place
    uid = killed(place)
    known = place.book(guest(1, start=NOON)).appointment.customer_id
    place.change(1, customer_id=known)
    cancelled_there(place, uid)
    assert synced(place).now == "cancelled"
    assert [mail.appointment_id for mail in everything(place, Notification)] == [2]
