"""Incident idempotency-returns-foreign-booking: a caller was told "booked" about somebody else's appointment.

The key was made of company, event type, start and e-mail. Callers without a number shared one fallback
address, so two people who wanted the same slot shared the key, and the second got the first one's uid;
Cal.com, too, answers with an old booking of the same attendee. Here the name and the call belong to the key,
and what the vendor returns must be fresh and carry it. The platform's key fails the first two tests.
"""

from __future__ import annotations

from typing import Any

import pytest
from support.flow import TEAM, FlowPlace, wish

from askpro_cli.base.errors import RefusedError, SlotUnavailableError
from askpro_cli.platform.schema import Call

SHARED: dict[str, Any] = {"email": "anrufer@example.org", "phone": None}
NOON = wish().start.replace(hour=11)  # in Berlin; both of the team work then


@pytest.fixture
def withheld(sqlite_flow_place: FlowPlace) -> FlowPlace:
    """Two calls to the salon with a withheld number."""

    def add(session: Any) -> None:
        for call in ("call_1", "call_2"):
            session.add(Call(retell_call_id=call, to_number="+493023125010", from_number=None))

    sqlite_flow_place.records.run_in_transaction(add)
    return sqlite_flow_place


def test_two_people_with_one_address_never_get_each_other_s_appointment(sqlite_flow_place: FlowPlace) -> None:
    mine = sqlite_flow_place.book(wish(name="Anna Schmidt", **SHARED))
    with pytest.raises(SlotUnavailableError):
        sqlite_flow_place.book(wish(name="Otto Becker", **SHARED))
    assert [row.id for row in sqlite_flow_place.agree()] == [mine.appointment.id]


def test_two_withheld_calls_for_one_time_get_an_appointment_each_where_two_can_serve(
    withheld: FlowPlace,
) -> None:
    booked = [
        withheld.book(wish(TEAM, NOON, call=call, email=f"{call}@example.org", phone=None))
        for call in ("call_1", "call_2")
    ]
    assert len({one.appointment.id for one in booked}) == 2
    assert len({one.appointment.staff_id for one in booked}) == 2
    assert not any(one.replayed for one in booked)


def test_two_people_behind_one_call_get_an_appointment_each(withheld: FlowPlace) -> None:
    people = {"Anna Schmidt": "anna@example.org", "Otto Becker": "otto@example.org"}
    booked = [
        withheld.book(wish(TEAM, NOON, name=name, call="call_1", email=email, phone=None))
        for name, email in people.items()
    ]
    assert len({one.appointment.id for one in booked}) == 2


def test_where_cal_com_takes_one_booking_an_address_the_second_person_is_refused(withheld: FlowPlace) -> None:
    first = withheld.book(wish(TEAM, NOON, name="Anna Schmidt", call="call_1", **SHARED))
    with pytest.raises(RefusedError, match="foreign or old booking"):
        withheld.book(wish(TEAM, NOON, name="Otto Becker", call="call_1", **SHARED))
    assert [row.id for row in withheld.agree()] == [first.appointment.id]
    assert withheld.sync() == []


def test_the_same_call_that_asks_again_gets_its_own_whatever_it_adds(withheld: FlowPlace) -> None:
    first = withheld.book(wish(name="Anna Schmidt", call="call_1", **SHARED))
    again = withheld.book(wish(name="anna schmidt", call="call_1", email="anna@example.org", phone=None))
    assert again.replayed
    assert again.appointment.id == first.appointment.id
    assert withheld.sent() == 1


def test_an_old_booking_that_the_vendor_returns_as_new_is_no_success(sqlite_flow_place: FlowPlace) -> None:
    sqlite_flow_place.fault("foreign-booking")
    with pytest.raises(RefusedError, match="foreign or old booking"):
        sqlite_flow_place.book()
    (row,) = sqlite_flow_place.appointments()
    assert (row.status, row.calcom_v2_booking_uid) == ("failed", None)
    assert not sqlite_flow_place.book().replayed
    assert len(sqlite_flow_place.agree()) == 1
