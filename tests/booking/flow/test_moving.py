"""Moving an appointment: one row, both sides, whatever happens on the way."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from support.changing import (
    DAY,
    HOUR,
    LONG_AGO,
    NOON,
    Killed,
    Silent,
    everything,
    kill_at,
    move,
    there,
    uid_of,
)
from support.flow import TEAM, TOMORROW_TEN, FlowPlace, guest, wish

from askpro_cli.base.errors import (
    FateUnknownError,
    NotFoundError,
    PendingError,
    RefusedError,
    SlotUnavailableError,
    UnknownError,
    VendorServerError,
)
from askpro_cli.booking import change
from askpro_cli.booking.flow.changing.changing import Change, Terms
from askpro_cli.booking.flow.changing.moving import move_appointment
from askpro_cli.booking.flow.upkeep.sync import sync
from askpro_cli.platform.schema import Activity, Appointment, CalcomBooking, Company, Notification


def test_a_move_keeps_the_row_and_adds_to_its_chain(flow_place: FlowPlace) -> None:
    before = flow_place.book().appointment
    moved = move(flow_place)
    (row,) = flow_place.agree()
    assert (row.id, row.starts_at, row.ends_at) == (before.id, NOON, NOON + HOUR / 2)
    assert row.calcom_v2_booking_uid != before.calcom_v2_booking_uid
    assert (row.idempotency_key, row.payload, row.moving_to_starts_at, row.lock_token) == (None,) * 4
    assert (moved.already, moved.elsewhere) == (False, None)
    old, new = everything(flow_place, CalcomBooking)
    assert (old.calcom_uid, old.status) == (before.calcom_v2_booking_uid, "cancelled")
    assert (new.calcom_uid, new.rescheduled_from_uid, new.status) == (
        row.calcom_v2_booking_uid,
        old.calcom_uid,
        "accepted",
    )
    assert {old.appointment_id, new.appointment_id} == {row.id}
    mails = everything(flow_place, Notification)
    assert [(mail.kind, mail.status) for mail in mails] == [
        ("confirmation", "skipped"),
        ("change", "pending"),
    ]
    (noted,) = [one for one in everything(flow_place, Activity) if one.event == "appointment.moved"]
    assert noted.properties == {"by": "run-2"}


def test_a_move_to_where_it_stands_is_a_success_by_any_of_its_uids(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    first = uid_of(place)
    move(place)
    sent = place.sent("POST", f"/v2/bookings/{first}/reschedule")
    for reference in (1, first, uid_of(place)):
        again = move(place, reference, terms=Terms(notice=timedelta(days=300)))
        assert again.already
    assert place.sent("POST", f"/v2/bookings/{first}/reschedule") == sent == 1
    assert len([mail for mail in everything(place, Notification) if mail.kind == "change"]) == 1
    place.agree()


def test_a_move_into_its_own_time_is_not_in_its_own_way(sqlite_flow_place: FlowPlace) -> None:
    sqlite_flow_place.book()
    move(sqlite_flow_place, start=TOMORROW_TEN + HOUR / 4)
    assert sqlite_flow_place.agree()[0].starts_at == TOMORROW_TEN + HOUR / 4


@pytest.mark.parametrize("start", [NOON, NOON + HOUR / 4, NOON - HOUR / 4])
def test_a_time_that_another_has_is_refused_before_cal_com_is_asked(
    sqlite_flow_place: FlowPlace, start: datetime
) -> None:
    place = sqlite_flow_place
    place.book()
    place.book(guest(1, start=NOON))
    asked = len(list(place.sandbox.journal.entries()))
    with pytest.raises(SlotUnavailableError, match="that time is taken"):
        move(place, start=start)
    assert len(list(place.sandbox.journal.entries())) == asked
    assert [row.starts_at for row in place.agree()] == [TOMORROW_TEN, NOON]


def test_touching_times_are_free(sqlite_flow_place: FlowPlace) -> None:
    sqlite_flow_place.book()
    sqlite_flow_place.book(guest(1, start=NOON))
    move(sqlite_flow_place, start=NOON + HOUR / 2)
    sqlite_flow_place.agree()


def test_while_it_moves_it_holds_both_times(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    with pytest.raises(Killed):
        move(place, at_step=kill_at("move_committed"))
    for start in (TOMORROW_TEN, NOON):
        with pytest.raises(SlotUnavailableError):
            place.book(guest(1, start=start))
    place.change(1, lock_expires_at=LONG_AGO)
    assert [told.now for told in place.sync()] == ["scheduled"]
    place.book(guest(1))
    place.agree()


@pytest.mark.parametrize("fault", ["race409", "503"])
def test_what_cal_com_refuses_is_taken_back(sqlite_flow_place: FlowPlace, fault: str) -> None:
    place = sqlite_flow_place
    place.book()
    place.fault(fault, path="*/reschedule", times=None)
    with pytest.raises((SlotUnavailableError, VendorServerError)):
        move(place)
    place.sandbox.plan.clear()
    (row,) = place.agree()
    assert (row.status, row.starts_at, row.moving_to_starts_at) == ("scheduled", TOMORROW_TEN, None)
    assert place.book(guest(1, start=NOON)).appointment.status == "scheduled"


def test_a_fate_that_is_unknown_stays_open_and_sync_finds_out(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    uid = uid_of(place)
    place.wire = wire = Silent(place.sandbox)
    with pytest.raises(FateUnknownError) as unknown:
        move(place)
    assert "appointments sync" in (unknown.value.hint or "")
    row = place.row(1)
    assert (row.status, row.lock_token) == ("moving", None)
    wire.healed = True
    place.store.clear()  # the breaker is closed again
    (told,) = place.sync()
    assert (told.was, told.now, told.did) == ("moving", "scheduled", "finished"), told.reason
    assert place.agree()[0].starts_at == NOON
    assert place.sent("POST", f"/v2/bookings/{uid}/reschedule") == 1


def test_while_the_vendor_is_ill_an_open_move_is_kept(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    with pytest.raises(Killed):
        move(place, at_step=kill_at("move_committed"))
    place.change(1, lock_expires_at=LONG_AGO)
    place.fault("503", method="GET", path="*", times=None)
    (told,) = place.sync()
    assert (told.now, told.did) == ("moving", "kept")
    row = place.row(1)
    assert row.next_attempt_at is not None
    assert row.moving_to_starts_at == NOON
    with pytest.raises(UnknownError, match="was being moved, which could not be finished"):
        move(place)


STEPS = ["move_committed", "moved_at_vendor", "completing_move", "move_completed"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_next_sync_brings_both_sides_together(
    sqlite_flow_place: FlowPlace, step: str
) -> None:
    place = sqlite_flow_place
    place.book()
    with pytest.raises(Killed):
        move(place, at_step=kill_at(step))
    if place.row(1).status == "moving":
        place.change(1, lock_expires_at=LONG_AGO)
        assert [told.did for told in place.sync()] == ["finished"]
    (row,) = place.agree()
    assert (row.starts_at, row.payload) == (NOON, None)
    assert [mail.kind for mail in everything(place, Notification)] == ["confirmation", "change"]
    assert len(everything(place, CalcomBooking)) == 2
    assert place.sync() == []


@pytest.mark.parametrize("step", ["move_taken_up", "moved_at_vendor", "completing_move"])
def test_a_sync_may_be_killed_as_well(sqlite_flow_place: FlowPlace, step: str) -> None:
    place = sqlite_flow_place
    place.book()
    with pytest.raises(Killed):
        move(place, at_step=kill_at("move_committed"))
    place.change(1, lock_expires_at=LONG_AGO)
    with pytest.raises(Killed):
        place.run(lambda flow: sync(flow, due_only=False), at_step=kill_at(step))
    place.change(1, lock_expires_at=LONG_AGO)
    place.sync()
    assert place.agree()[0].starts_at == NOON


def test_the_same_command_after_a_kill_needs_no_sync(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    with pytest.raises(Killed):
        move(place, at_step=kill_at("moved_at_vendor"))
    with pytest.raises(PendingError, match="being moved by another run"):
        move(place, patience=0.0)
    place.change(1, lock_expires_at=LONG_AGO)
    assert move(place).already
    place.agree()


def test_a_move_that_comes_too_late_for_its_time_is_given_up(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    with pytest.raises(Killed):
        move(
            place,
            start=TOMORROW_TEN - HOUR,
            terms=Terms(notice=timedelta(0)),
            at_step=kill_at("move_committed"),
        )
    place.change(1, lock_expires_at=LONG_AGO)
    place.clock.advance(24.5 * 3600)
    (told,) = place.sync()
    assert (told.now, told.did) == ("scheduled", "given_up")
    assert "its new time had come" in (told.reason or "")
    assert place.agree()[0].starts_at == TOMORROW_TEN


def test_moved_at_cal_com_behind_our_back_the_chain_is_followed(flow_place: FlowPlace) -> None:
    flow_place.book()
    first = uid_of(flow_place)
    second = there(flow_place, first, TOMORROW_TEN + 4 * HOUR)
    moved = move(flow_place)
    assert "moved at Cal.com" in (moved.elsewhere or "")
    (row,) = flow_place.agree()
    assert row.starts_at == NOON
    chain = everything(flow_place, CalcomBooking)
    assert [link.calcom_uid for link in chain] == [first, second, row.calcom_v2_booking_uid]
    assert [link.status for link in chain] == ["cancelled", "cancelled", "accepted"]
    assert [link.rescheduled_from_uid for link in chain] == [None, first, second]


def test_moved_at_cal_com_into_the_limit_it_is_refused(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    there(place, uid_of(place), TOMORROW_TEN - 20 * HOUR)
    with pytest.raises(RefusedError, match="changes need 1 d"):
        move(place)
    assert place.row(1).status == "scheduled"


def test_cancelled_at_cal_com_behind_our_back_the_records_follow_and_say_so(
    sqlite_flow_place: FlowPlace,
) -> None:
    place = sqlite_flow_place
    place.book()
    place.run(lambda flow: change.cancel(flow.desk, uid_of(place), "ill"))
    with pytest.raises(RefusedError, match=r"was cancelled at Cal\.com"):
        move(place)
    row = place.row(1)
    assert (row.status, row.status_reason, row.moving_to_starts_at) == (
        "cancelled",
        "cancelled at Cal.com",
        None,
    )
    assert [link.status for link in everything(place, CalcomBooking)] == ["cancelled"]
    place.agree()


@pytest.mark.parametrize(
    ("values", "error", "said"),
    [
        ({"status": "cancelled"}, RefusedError, "is cancelled and cannot be moved"),
        ({"status": "completed"}, RefusedError, "is completed and cannot be moved"),
        ({"status": "pending_sync"}, RefusedError, r"not booked at Cal\.com yet"),
        ({"starts_at": LONG_AGO, "ends_at": LONG_AGO + HOUR}, RefusedError, "is not changed any more"),
        ({"starts_at": TOMORROW_TEN - 20 * HOUR}, RefusedError, "begins in 5 h, and changes need 1 d"),
    ],
)
def test_what_may_not_be_moved_stays_and_nothing_is_asked(
    sqlite_flow_place: FlowPlace, values: dict[str, Any], error: type[Exception], said: str
) -> None:
    place = sqlite_flow_place
    place.book()
    place.change(1, **values)
    asked, before = len(list(place.sandbox.journal.entries())), place.row(1).version
    with pytest.raises(error, match=said):
        move(place)
    assert len(list(place.sandbox.journal.entries())) == asked
    row = place.row(1)
    assert (row.version, row.lock_token, row.moving_to_starts_at) == (before, None, None)
    with pytest.raises(NotFoundError, match="no appointment 99"):
        move(place, 99)
    with pytest.raises(NotFoundError, match="no appointment of unknown"):
        move(place, "unknown")


def test_setting_the_limit_aside_is_logged(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    move(place, terms=Terms(notice=timedelta(days=7), override=True))
    assert place.agree()[0].starts_at == NOON
    assert "appointment.notice_overridden" in [one.event for one in everything(place, Activity)]
    assert "appointment.notice_overridden" in [name for name, _ in place.log.events]


def test_two_at_once_move_it_once(flow_place: FlowPlace) -> None:
    flow_place.book()
    first = uid_of(flow_place)

    async def both() -> list[Change]:
        flows = [flow_place.flow(run_id=f"run-{number}") for number in (2, 3)]
        done = await asyncio.gather(*(move_appointment(flow, 1, NOON, DAY) for flow in flows))
        for flow in flows:
            await flow.desk.client.aclose()
        return done

    done = asyncio.run(both())
    assert sorted(one.already for one in done) == [False, True]
    assert flow_place.sent("POST", f"/v2/bookings/{first}/reschedule") == 1
    flow_place.agree()


def test_two_that_want_one_time_at_once_get_it_once(flow_place: FlowPlace) -> None:
    flow_place.book()
    flow_place.book(guest(1, start=TOMORROW_TEN + HOUR))

    async def both() -> list[Change | BaseException]:
        flows = [flow_place.flow(run_id=f"run-{number}") for number in (2, 3)]
        moves = (move_appointment(flow, key, NOON, DAY) for key, flow in enumerate(flows, start=1))
        done = await asyncio.gather(*moves, return_exceptions=True)
        for flow in flows:
            await flow.desk.client.aclose()
        return done

    done = asyncio.run(both())
    assert sorted(type(one).__name__ for one in done) == ["Change", "SlotUnavailableError"]
    assert flow_place.sent("POST", "/v2/bookings") == 2
    assert NOON in {row.starts_at for row in flow_place.agree()}


def test_a_team_s_appointment_may_go_to_another_of_the_team(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book(wish(TEAM, branch="mitte"))
    place.book(guest(1, TEAM, start=NOON, branch="mitte"))
    move(place, 1)
    rows = place.agree()
    assert {row.starts_at for row in rows} == {NOON}
    assert len({row.staff_id for row in rows}) == 2


def test_nothing_of_another_company_is_moved(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()

    def rival(session: Any) -> None:
        session.add(Company(slug="rival", name="Rival"))

    platform = place.records.platform_wide("a second company")
    platform.run_in_transaction(rival)
    place.records = platform.for_company("rival")
    with pytest.raises(NotFoundError):
        move(place)
    assert everything(place, Appointment) == []
