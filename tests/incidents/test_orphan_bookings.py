"""Incident orphan-bookings: 9 of 23 bookings at Cal.com had no appointment, 25 appointments never got there.

After the remote booking an insert failed (a column that existed in the documents only, a missing company),
and nothing made up for it; the other way round, the event that should have sent an appointment was lost. Here
the row is there before Cal.com is asked and the rest is one transaction: whatever fails, the next sync ends
with both sides agreeing. Without the row, or with the steps apart, these tests fail.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.flow import FlowPlace, guest

from askpro_cli.base.errors import PendingError
from askpro_cli.platform.schema import Customer, Notification


class PhantomColumnError(Exception):
    """What a statement with a column that does not exist looks like to the flow."""


def break_completion(step: str) -> None:
    if step == "completing":
        raise PhantomColumnError


def left_of(place: FlowPlace) -> list[int]:
    """Return the ids of customers and mails."""
    return place.records.run_in_transaction(
        lambda session: [*session.scalars(select(Customer.id)), *session.scalars(select(Notification.id))]
    )


def test_a_failure_after_the_remote_booking_leaves_no_orphan(flow_place: FlowPlace) -> None:
    with pytest.raises(PhantomColumnError):
        flow_place.book(at_step=break_completion)
    assert len(flow_place.remote()) == 1
    (row,) = flow_place.appointments()
    assert row.status == "booking", "without the row nobody would know of the booking"
    assert left_of(flow_place) == [], "nothing of the failed step remained"
    flow_place.change(row.id, lock_expires_at=None)
    assert [one.did for one in flow_place.sync()] == ["finished"]
    assert len(flow_place.agree()) == 1
    assert flow_place.sent() == 1


def test_the_one_who_asked_gets_that_very_booking_when_he_asks_again(sqlite_flow_place: FlowPlace) -> None:
    with pytest.raises(PhantomColumnError):
        sqlite_flow_place.book(at_step=break_completion, lease=0.3)
    again = sqlite_flow_place.book()
    assert again.appointment.id == 1
    assert len(sqlite_flow_place.agree()) == 1
    assert sqlite_flow_place.sent() == 1


def test_what_never_reached_cal_com_is_sent_by_the_next_sync(sqlite_flow_place: FlowPlace) -> None:
    for number in range(5):
        sqlite_flow_place.fault("503", times=None)
        start = guest(0).start + timedelta(hours=number)
        with pytest.raises(PendingError):
            sqlite_flow_place.book(guest(number, start=start), keep_pending=True)
        sqlite_flow_place.heal()
    assert sqlite_flow_place.remote() == []
    assert [one.did for one in sqlite_flow_place.sync()] == ["finished"] * 5
    assert len(sqlite_flow_place.agree()) == 5
