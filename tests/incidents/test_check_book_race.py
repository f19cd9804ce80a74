"""Incident check-book-race: ten to fifteen bookings in a hundred failed after the caller had said yes.

Between the agent's look at the free times and the booking lay 14 to 60 seconds of talk, and nothing held the
slot. The platform booked what its cache had called free, and its own jobs raced each other for one slot. Here
the appointment's row holds the slot before Cal.com is asked, the look is repeated live, and of many at once
exactly one gets it. Booking from the cached look, or holding nothing, fails these tests.
"""

from __future__ import annotations

from collections import Counter
from threading import Thread

import pytest
from support.flow import TOMORROW_TEN, FlowPlace, guest

from askpro_cli.base.errors import SlotUnavailableError
from askpro_cli.base.times import Interval
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.calcom.availability import SlotQuery, fetch_slots
from askpro_cli.calcom.bodies import NewAttendee, NewBooking
from askpro_cli.calcom.event_types.lookup import Reference, find_event_type

TALK = 38  # seconds


async def offered(flow: FlowDesk) -> bool:
    """Tell whether tomorrow at ten is offered, as the agent asked: from the cache if it can be."""
    desk = flow.desk
    found = await find_event_type(desk.client, desk.cache, Reference(id=1001))
    window = Interval(TOMORROW_TEN, TOMORROW_TEN.replace(minute=1))
    query = SlotQuery(found.event_type, window, desk.clock.now())
    return bool((await fetch_slots(desk.client, desk.cache, query)).slots)


async def book_elsewhere(flow: FlowDesk) -> None:
    """Somebody books the slot on the salon's web page."""
    attendee = NewAttendee(name="Otto Becker", time_zone="Europe/Berlin", email="otto@example.org")

    async def never() -> None:
        return None

    wanted = NewBooking(event_type_id=1001, start=TOMORROW_TEN, attendee=attendee)
    await flow.desk.client.create_booking(wanted, lookup=never)


def test_a_slot_that_went_while_the_caller_talked_is_refused_before_anything_is_written(
    sqlite_flow_place: FlowPlace,
) -> None:
    assert sqlite_flow_place.run(offered)
    sqlite_flow_place.run(book_elsewhere)
    assert sqlite_flow_place.run(offered), "the cache still shows it: that is the trap"
    sent = sqlite_flow_place.sent()
    with pytest.raises(SlotUnavailableError):
        sqlite_flow_place.book()
    assert sqlite_flow_place.appointments() == []
    assert sqlite_flow_place.sent() == sent


def test_who_says_yes_first_holds_the_slot_while_cal_com_is_asked(sqlite_flow_place: FlowPlace) -> None:
    """The second caller is told at once; on the platform both were sent, and either might win."""
    refused: list[str] = []

    def second_caller() -> None:
        with pytest.raises(SlotUnavailableError) as told:
            sqlite_flow_place.book(guest(2))
        refused.append(told.value.vendor)

    def meanwhile(step: str) -> None:
        if step == "row_committed":
            caller = Thread(target=second_caller)
            caller.start()
            caller.join()

    sqlite_flow_place.book(guest(1), at_step=meanwhile)
    assert refused == ["askpro"]
    assert sqlite_flow_place.sent() == 1


def test_of_ten_who_confirm_at_the_same_second_one_is_booked_and_nine_are_told(
    flow_place: FlowPlace,
) -> None:
    assert flow_place.run(offered)
    flow_place.clock.advance(TALK)
    outcomes = flow_place.book_all([guest(number) for number in range(10)])
    kinds = Counter(type(one).__name__ for one in outcomes)
    assert kinds == {"Outcome": 1, "SlotUnavailableError": 9}
    assert len(flow_place.agree()) == 1
