"""Incident overlapping-conflict-check: free slots were refused, and long services booked into gaps too short.

The bounds were inclusive, so appointments that touch were in each other's way; only starts were compared, so
a perm of two hours went into half an hour; and what was being moved blocked its own move. Here intervals are
half-open, have their full length, and leave out their own appointment. ``start <= other.end`` fails here.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.flow import CUT, FlowPlace, guest, wish

from askpro_cli.base.errors import SlotUnavailableError
from askpro_cli.base.times import Interval
from askpro_cli.booking.flow import conflicts
from askpro_cli.booking.flow.conflicts import Calendar
from askpro_cli.platform.tenancy import TenantSession

TEN = wish().start
HALF = timedelta(minutes=30)
COLOUR = "Färben"  # 90 minutes, of the same person


def test_appointments_that_touch_are_not_in_each_other_s_way(sqlite_flow_place: FlowPlace) -> None:
    for number, start in enumerate((TEN, TEN + HALF, TEN - HALF)):
        sqlite_flow_place.book(guest(number, start=start))
    assert len(sqlite_flow_place.agree()) == 3


def test_a_long_service_does_not_go_into_a_gap_too_short(sqlite_flow_place: FlowPlace) -> None:
    sqlite_flow_place.book(guest(1, CUT, TEN + 2 * HALF))
    with pytest.raises(SlotUnavailableError):
        sqlite_flow_place.book(guest(2, COLOUR, TEN))
    fits = sqlite_flow_place.book(guest(3, COLOUR, TEN - HALF)).appointment
    assert fits.ends_at - fits.starts_at == 3 * HALF


def test_by_our_records_alone_the_full_length_counts_and_the_own_appointment_does_not(
    flow_place: FlowPlace,
) -> None:
    row = flow_place.book(guest(1, COLOUR, TEN)).appointment
    calendar = Calendar(row.calcom_event_type_id or 0, row.staff_id)

    def taken(session: TenantSession, start: int, end: int, own: int | None = None) -> bool:
        wanted = Interval(TEN + timedelta(minutes=start), TEN + timedelta(minutes=end))
        return conflicts.in_the_way(session, calendar, wanted, own_id=own) is not None

    def work(session: TenantSession) -> list[bool]:
        conflicts.lock(session, calendar)
        spans = [(-30, 0), (90, 120), (60, 90), (-60, 1), (-30, 120)]
        return [taken(session, *span) for span in spans] + [taken(session, 30, 120, row.id)]

    assert flow_place.records.run_in_transaction(work) == [False, False, True, True, True, False]
