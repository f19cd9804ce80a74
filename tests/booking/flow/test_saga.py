"""From a wish to an appointment that stands on both sides."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select
from support.flow import CUT, TEAM, TOMORROW_TEN, FlowPlace, guest, wish

from askpro_cli.base.errors import (
    FateUnknownError,
    IdempotencyError,
    InvalidValueError,
    PendingError,
    RefusedError,
    SlotUnavailableError,
    VendorServerError,
)
from askpro_cli.platform.schema import Activity, CalcomBooking, Customer, Notification
from askpro_cli.platform.tables import idempotency_keys
from askpro_cli.sandbox.world.mutations import apply, mutations_of


def everything(place: FlowPlace, model: Any) -> list[Any]:
    return place.records.run_in_transaction(lambda s: list(s.scalars(select(model).order_by(model.id))))


def test_a_booking_stands_on_both_sides_with_customer_mail_and_log(flow_place: FlowPlace) -> None:
    outcome = flow_place.book(run_id="run-7")
    (row,) = flow_place.agree()
    assert outcome.appointment.id == row.id
    assert (row.status, row.payload, row.lock_token, row.next_attempt_at) == ("scheduled", None, None, None)
    assert (row.starts_at, row.correlation_id) == (TOMORROW_TEN, "run-7")
    (remote,) = flow_place.remote()
    assert remote.metadata["askpro_appointment"] == str(row.id)
    assert remote.metadata["askpro_correlation"] == "run-7"
    (customer,) = everything(flow_place, Customer)
    assert (customer.name, customer.phone, row.customer_id) == ("Anna Schmidt", "+493023125001", customer.id)
    (linked,) = everything(flow_place, CalcomBooking)
    assert (linked.calcom_uid, linked.appointment_id) == (remote.uid, row.id)
    (mail,) = everything(flow_place, Notification)
    assert (mail.kind, mail.correlation_id) == ("confirmation", "run-7")
    assert {one.batch_uuid for one in everything(flow_place, Activity)} == {"run-7"}


def test_the_same_wish_again_is_the_same_appointment(sqlite_flow_place: FlowPlace) -> None:
    first = sqlite_flow_place.book()
    again = sqlite_flow_place.book(wish(name=" anna  SCHMIDT"))
    assert again.replayed
    assert again.appointment.id == first.appointment.id
    assert sqlite_flow_place.sent() == 1
    assert len(everything(sqlite_flow_place, Notification)) == 1


def test_a_time_that_is_taken_is_refused_and_leaves_no_row(sqlite_flow_place: FlowPlace) -> None:
    sqlite_flow_place.book(guest(1))
    with pytest.raises(SlotUnavailableError) as refused:
        sqlite_flow_place.book(guest(2))
    assert refused.value.vendor == "calcom"
    assert len(sqlite_flow_place.appointments()) == 1
    assert sqlite_flow_place.sent() == 1


def test_a_refusal_of_the_vendor_frees_time_and_key(sqlite_flow_place: FlowPlace) -> None:
    sqlite_flow_place.fault("race409")
    with pytest.raises(SlotUnavailableError):
        sqlite_flow_place.book()
    (failed,) = sqlite_flow_place.appointments()
    assert (failed.status, failed.idempotency_key, failed.payload) == ("failed", None, None)
    assert sqlite_flow_place.book().appointment.id != failed.id
    sqlite_flow_place.agree()


def test_the_team_s_appointment_gets_the_host_whom_cal_com_chose(sqlite_flow_place: FlowPlace) -> None:
    outcome = sqlite_flow_place.book(wish(TEAM, branch="mitte"))
    assert outcome.appointment.staff_id is not None
    assert outcome.appointment.branch_id is not None


def test_a_fate_that_is_unknown_keeps_the_row_and_sync_finds_out(flow_place: FlowPlace) -> None:
    flow_place.fault("reset-after")
    flow_place.fault("503", method="GET", times=None)
    with pytest.raises(FateUnknownError) as unknown:
        flow_place.book()
    (row,) = flow_place.appointments()
    assert unknown.value.details["appointment_id"] == row.id
    assert (row.status, row.lock_token) == ("booking", None)
    flow_place.sandbox.plan.clear()
    (told,) = flow_place.sync()
    assert (told.was, told.now, told.did) == ("booking", "scheduled", "finished")
    flow_place.agree()
    assert flow_place.sent() == 1


def test_an_ill_vendor_lets_the_time_go(sqlite_flow_place: FlowPlace) -> None:
    sqlite_flow_place.fault("503", times=None)
    with pytest.raises(VendorServerError):
        sqlite_flow_place.book()
    assert [row.status for row in sqlite_flow_place.appointments()] == ["failed"]
    sqlite_flow_place.sandbox.plan.clear()


def test_with_the_setting_an_appointment_waits_for_an_ill_vendor_and_is_sent_under_its_key(
    flow_place: FlowPlace,
) -> None:
    flow_place.fault("503", method="GET", path="*", times=None)
    flow_place.fault("503", times=None)
    with pytest.raises(PendingError) as pending:
        flow_place.book(keep_pending=True)
    (row,) = flow_place.appointments()
    assert (row.status, row.id) == ("pending_sync", pending.value.details["appointment_id"])
    key = row.idempotency_key
    with pytest.raises(PendingError):  # asked again: the same one, still waiting
        flow_place.book(keep_pending=True)
    assert [told.did for told in flow_place.sync()] == ["kept"]
    flow_place.heal()
    assert [told.did for told in flow_place.sync()] == ["finished"]
    (row,) = flow_place.agree()
    assert row.idempotency_key == key
    assert flow_place.remote()[0].metadata["askpro_key"] == key


def test_what_waits_holds_its_time(sqlite_flow_place: FlowPlace) -> None:
    sqlite_flow_place.fault("503", times=None)
    with pytest.raises(PendingError):
        sqlite_flow_place.book(guest(1), keep_pending=True)
    sqlite_flow_place.heal()
    with pytest.raises(SlotUnavailableError) as refused:
        sqlite_flow_place.book(guest(2))
    assert refused.value.vendor == "askpro"


def test_what_could_not_be_sent_in_time_is_given_up_and_never_sent(sqlite_flow_place: FlowPlace) -> None:
    sqlite_flow_place.fault("503", times=None)
    with pytest.raises(PendingError):
        sqlite_flow_place.book(keep_pending=True)
    sqlite_flow_place.heal()
    sqlite_flow_place.clock.advance(26 * 3600)
    sent = sqlite_flow_place.sent()
    (told,) = sqlite_flow_place.sync()
    assert (told.did, told.now) == ("given_up", "failed")
    assert sqlite_flow_place.sent() == sent
    assert sqlite_flow_place.row(1).status_reason == "its time had come before it could be booked"


def test_what_was_booked_before_its_time_came_is_completed_after_it(sqlite_flow_place: FlowPlace) -> None:
    sqlite_flow_place.fault("reset-after")
    sqlite_flow_place.fault("503", method="GET", times=None)
    with pytest.raises(FateUnknownError):
        sqlite_flow_place.book()
    sqlite_flow_place.sandbox.plan.clear()
    sqlite_flow_place.clock.advance(26 * 3600)
    assert [told.did for told in sqlite_flow_place.sync()] == ["finished"]
    sqlite_flow_place.agree()


def test_an_appointment_cancelled_at_cal_com_is_booked_anew(sqlite_flow_place: FlowPlace) -> None:
    first = sqlite_flow_place.book()
    uid = first.appointment.calcom_v2_booking_uid or ""
    sqlite_flow_place.run(lambda flow: flow.desk.client.cancel(uid, "verhindert"))
    second = sqlite_flow_place.book()
    assert second.appointment.id != first.appointment.id
    assert sqlite_flow_place.row(first.appointment.id).status == "cancelled"
    sqlite_flow_place.agree()


def test_a_given_key_stands_for_one_wish_only(sqlite_flow_place: FlowPlace) -> None:
    first = sqlite_flow_place.book(wish(key="call-17"))
    assert sqlite_flow_place.book(wish(key="call-17")).appointment.id == first.appointment.id
    with pytest.raises(IdempotencyError):
        sqlite_flow_place.book(wish(key="call-17", email="other@example.org"))


def test_a_length_that_is_not_the_event_type_s_is_refused_before_anything_is_written(
    sqlite_flow_place: FlowPlace,
) -> None:
    from askpro_cli.platform.schema import Service

    def longer(session: Any) -> None:
        session.scalar(select(Service).where(Service.name == CUT)).duration = 135

    sqlite_flow_place.records.run_in_transaction(longer)
    with pytest.raises(InvalidValueError, match="does not last 135 min"):
        sqlite_flow_place.book()
    assert sqlite_flow_place.appointments() == []


def test_a_start_in_the_past_is_refused(sqlite_flow_place: FlowPlace) -> None:
    with pytest.raises(InvalidValueError, match="in the past"):
        sqlite_flow_place.book(wish(start=TOMORROW_TEN.replace(year=2025)))


def test_a_wish_for_somebody_else_under_the_same_key_is_refused(sqlite_flow_place: FlowPlace) -> None:
    sqlite_flow_place.book(wish(TEAM, branch="mitte"))
    with pytest.raises(RefusedError, match="at another branch"):
        sqlite_flow_place.book(wish(TEAM, branch="kreuzberg"))


def test_a_key_that_was_forgotten_after_a_day_is_looked_for_before_it_is_sent(flow_place: FlowPlace) -> None:
    flow_place.fault("reset-after")
    flow_place.fault("503", method="GET", times=None)
    with pytest.raises(FateUnknownError):
        flow_place.book()
    with flow_place.records.engine.begin() as connection:
        connection.execute(delete(idempotency_keys))
    flow_place.heal()
    assert [told.did for told in flow_place.sync()] == ["finished"]
    flow_place.agree()
    assert flow_place.sent() == 1


def test_a_service_that_is_gone_at_cal_com_is_given_up_once_nothing_is_found(
    sqlite_flow_place: FlowPlace,
) -> None:
    sqlite_flow_place.fault("503", times=None)
    with pytest.raises(PendingError):
        sqlite_flow_place.book(keep_pending=True)
    sqlite_flow_place.heal()
    (gone,) = mutations_of({"do": "removeEventType", "id": 1001})
    apply(sqlite_flow_place.sandbox.world, gone, sqlite_flow_place.clock.now())
    (told,) = sqlite_flow_place.sync()
    assert told.did == "given_up", told
    assert "no event type 1001" in (told.reason or "")
