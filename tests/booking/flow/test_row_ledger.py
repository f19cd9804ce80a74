"""The appointment's row is the ledger of its own booking: a run that lost it sends nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from support.flow import CUT, TOMORROW_TEN, FlowPlace, wish

from askpro_cli.base.errors import UnknownError


def test_a_run_whose_row_was_taken_over_before_it_sends_sends_nothing(flow_place: FlowPlace) -> None:
    def steal(step: str) -> None:
        if step == "row_committed":
            (row,) = flow_place.appointments()
            flow_place.change(row.id, lock_token="another")

    with pytest.raises(UnknownError) as lost:
        flow_place.book(at_step=steal)
    assert flow_place.sent() == 0
    assert lost.value.exit_code == 5
    (row,) = flow_place.appointments()
    assert (row.status, row.lock_token) == ("booking", "another")


def test_a_lease_that_is_nearly_over_is_renewed_before_anything_is_sent(flow_place: FlowPlace) -> None:
    lease, seen = 60.0, dict[str, datetime]()

    def age(step: str) -> None:
        if step not in ("row_committed", "booked"):
            return
        until = flow_place.row(1).lock_expires_at
        assert until is not None
        seen[step] = until
        if step == "row_committed":
            flow_place.change(1, lock_expires_at=until - timedelta(seconds=lease - 1))

    flow_place.book(at_step=age, lease=lease)
    assert seen["booked"] >= seen["row_committed"] - timedelta(seconds=1), "a whole lease again"


def test_a_derived_key_and_a_given_one_both_stand_for_one_booking(sqlite_flow_place: FlowPlace) -> None:
    derived = [sqlite_flow_place.book().appointment.id for _ in range(2)]
    later = TOMORROW_TEN + timedelta(hours=1)
    given = [sqlite_flow_place.book(wish(CUT, later, key="call-17")).appointment.id for _ in range(2)]
    assert (len(set(derived)), len(set(given))) == (1, 1)
    assert sqlite_flow_place.sent() == 2
    assert {row.status for row in sqlite_flow_place.agree()} == {"scheduled"}
