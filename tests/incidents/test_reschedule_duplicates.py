"""Incident reschedule-duplicates: after a move two appointments stood, or the wrong one had moved.

Cal.com makes a new booking with a new uid for every move. The platform looked the new uid up, found nothing
and inserted a second row; it looked for appointments by their date alone; it compared the vendor's number
with its uid; and a failure of the vendor (500) was told to the caller as "not found". A program that inserts
in place of updating fails the first test, one that searches by day the third, one that maps 500 to
"not found" the last.
"""

from __future__ import annotations

import pytest
from support.calcom_events import hooked
from support.changing import NOON, there
from support.flow import FlowPlace
from support.inbox_way import InboxWay
from support.salon import ANNA, OTTO, TOMORROW_TEN, Salon

CUT = ("--service", "Herrenhaarschnitt")
MOVES = ("2026-11-24T12:00", "2026-11-25T09:30", "2026-11-24T10:00")


def book(salon: Salon, start: str = TOMORROW_TEN, who: tuple[str, ...] = ANNA) -> str:
    uid: str = salon("book", *CUT, "--start", start, *who, "--json").ok().data["appointment"]["uid"]
    return uid


def rows(salon: Salon) -> list[tuple[int, str, str]]:
    listed = salon("appointments", "list", "--json").ok().data["appointments"]
    return [(one["id"], one["start"][:16], one["status"]) for one in listed]


def test_however_often_it_is_moved_one_appointment_and_one_booking_stand(shop_everywhere: Salon) -> None:
    shop = shop_everywhere
    uids = [book(shop)]
    for start in MOVES:
        moved = shop("reschedule", uids[-1], "--start", start, "--json").ok().data
        uids.append(moved["booking"]["uid"])
        assert rows(shop) == [(1, start, "scheduled")]
        assert shop.standing(start) == [uids[-1]]
    chain = shop("appointments", "show", uids[0], "--json").ok().data["appointment"]["chain"]
    assert [link["uid"] for link in chain] == uids
    assert [link["status"] for link in chain] == ["cancelled", "cancelled", "cancelled", "accepted"]


def test_every_uid_of_the_chain_means_the_same_appointment(shop: Salon) -> None:
    first = book(shop)
    second = shop("reschedule", first, "--start", MOVES[0], "--json").ok().data["booking"]["uid"]
    shop("reschedule", first, "--start", MOVES[1]).ok()  # by the uid of long ago
    assert rows(shop) == [(1, MOVES[1], "scheduled")]
    shop("cancel", second, "--reason", "caller is ill", "--yes").ok()
    assert rows(shop) == [(1, MOVES[1], "cancelled")]
    assert shop.standing(MOVES[1]) == []


def test_of_two_on_a_day_the_named_one_moves(shop: Salon) -> None:
    book(shop)
    second = book(shop, "2026-11-24T11:00", OTTO)
    shop("reschedule", second, "--start", "2026-11-24T15:00").ok()
    assert rows(shop) == [(1, TOMORROW_TEN, "scheduled"), (2, "2026-11-24T15:00", "scheduled")]


def test_a_move_made_at_cal_com_makes_no_second_row_either(shop: Salon) -> None:
    uid = book(shop)
    past_us = {"ASKPRO_COMPANY": "default"}  # the same account, without our records
    shop("reschedule", uid, "--start", MOVES[0], env=past_us).ok()
    shop("reschedule", uid, "--start", MOVES[1]).ok()
    assert rows(shop) == [(1, MOVES[1], "scheduled")]
    assert (shop.standing(MOVES[0]), len(shop.standing(MOVES[1]))) == ([], 1)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_failure_of_the_vendor_is_none_of_the_appointment_s(shop: Salon, method: str) -> None:
    uid = book(shop)
    shop.arm("500", method=method, path=f"/v2/bookings/{uid}*", times=None)
    failed = shop("reschedule", uid, "--start", MOVES[0], "--json").exits(5)
    assert "not_found" not in [error["code"] for error in failed.json["errors"]]
    shop.sandbox.plan.clear()
    assert rows(shop) == [(1, TOMORROW_TEN, "scheduled")]
    assert shop.standing() == [uid]


@pytest.mark.parametrize("times", [1, 3])
def test_a_move_told_by_an_event_moves_the_one_row(flow_place: FlowPlace, times: int) -> None:
    """The event names the new uid; the old one stands beside it, and leads to the row."""
    hook = hooked(flow_place)
    way = InboxWay(flow_place.records, flow_place.store, flow_place.clock)
    uid = str(flow_place.book().appointment.calcom_v2_booking_uid)
    new = there(flow_place, uid, NOON)
    way.post(*hook.take()[::-1] * times)
    way.work()
    assert set(way.states()) == {"done"}
    (row,) = flow_place.agree()
    assert (row.calcom_v2_booking_uid, row.starts_at, len(flow_place.appointments())) == (new, NOON, 1)
