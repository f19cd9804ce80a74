"""Bookings as a state machine: whatever callers do, no host is ever at two places at once.

Nor does a seated booking hold more people than seats, or a seat belong to two bookings.
"""

from __future__ import annotations

import itertools
from typing import Any

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from support.calling import ATTENDEE, Caller
from support.sandbox import SANDBOX_NOW

from askpro_cli.base.clock import ManualClock
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.options import RateLimit, SandboxOptions
from askpro_cli.sandbox.world.loading import load_world
from askpro_cli.sandbox.world.world import BLOCKING

EVENT_TYPES = st.sampled_from([1001, 1002, 1003, 1005, 2001, 2002, 1201])
COURSE, COURSES_SEATS = 1010, 4
WEEKLY = 1011
SERIES_HOURS = st.integers(8, 9)  # few, so that series collide and courses fill up
COURSE_HOURS = st.integers(10, 11)
DAYS = "start=2026-11-24&end=2026-11-25"


class Bookings(RuleBasedStateMachine):
    """Callers who book what is listed or anything else, move it and cancel it."""

    uids: Bundle[str] = Bundle("uids")
    seats: Bundle[tuple[str, str]] = Bundle("seats")  # a seated booking's uid and a seat of it
    occurrences: Bundle[str] = Bundle("occurrences")

    def __init__(self) -> None:
        super().__init__()
        clock = ManualClock(SANDBOX_NOW)
        options = SandboxOptions(rate_limit=RateLimit(10**9))
        self.caller = Caller(create_app(load_world(seed=1), clock=clock, options=options), clock)
        self.moved: dict[str, str] = {}

    @rule(target=uids, event_type=EVENT_TYPES, number=st.integers(0, 200))
    def book_a_listed_slot(self, event_type: int, number: int) -> Any:
        listed = self.caller.slots(f"eventTypeId={event_type}&{DAYS}")
        if not listed:
            return multiple()
        answer = self.caller.try_book(event_type, listed[number % len(listed)])
        assert answer.status_code == 201, "a listed slot was refused"
        return answer.json()["data"]["uid"]

    @rule(target=uids, event_type=EVENT_TYPES, minutes=st.integers(0, 24 * 60))
    def book_any_time(self, event_type: int, minutes: int) -> Any:
        start = f"2026-11-24T{minutes // 60 % 24:02d}:{minutes % 60:02d}:00Z"
        return self._made(self.caller.try_book(event_type, start))

    @rule(target=uids, uid=uids, minutes=st.integers(7 * 60, 17 * 60))
    def move(self, uid: str, minutes: int) -> Any:
        start = f"2026-11-25T{minutes // 60:02d}:{minutes % 60:02d}:00Z"
        answer = self.caller.post(f"/v2/bookings/{uid}/reschedule", {"start": start})
        found = self._made(answer)
        if answer.status_code == 201:
            assert uid not in self.moved, "a booking was moved twice"
            self.moved[uid] = answer.json()["data"]["uid"]
        return found

    @rule(uid=consumes(uids))
    def cancel(self, uid: str) -> None:
        before = self.caller.data(f"/v2/bookings/{uid}")["status"]
        answer = self.caller.post(f"/v2/bookings/{uid}/cancel", {"cancellationReason": "verhindert"})
        assert answer.status_code == (400 if before == "cancelled" else 200)

    @rule(target=seats, hour=COURSE_HOURS, guest=st.integers(1, 9))
    def take_a_seat(self, hour: int, guest: int) -> Any:
        start = f"2026-11-24T{hour:02d}:00:00Z"
        attendee = {**ATTENDEE, "email": f"gast{guest}@example.org"}
        answer = self.caller.try_book(COURSE, start, attendee=attendee)
        if answer.status_code == 201:
            return answer.json()["data"]["uid"], answer.json()["data"]["seatUid"]
        assert answer.status_code in (400, 409)
        return multiple()

    @rule(target=seats, seat=consumes(seats), hour=COURSE_HOURS)
    def move_a_seat(self, seat: tuple[str, str], hour: int) -> Any:
        uid, seat_uid = seat
        body = {"start": f"2026-11-24T{hour:02d}:00:00Z", "seatUid": seat_uid}
        answer = self.caller.post(f"/v2/bookings/{uid}/reschedule", body)
        if answer.status_code == 201:
            return answer.json()["data"]["uid"], answer.json()["data"]["seatUid"]
        assert answer.status_code in (400, 409)
        return seat

    @rule(seat=consumes(seats))
    def leave_a_seat(self, seat: tuple[str, str]) -> None:
        uid, seat_uid = seat
        body = {"seatUid": seat_uid, "cancellationReason": "verhindert"}
        assert self.caller.post(f"/v2/bookings/{uid}/cancel", body).status_code == 200
        assert self.caller.post(f"/v2/bookings/{uid}/cancel", body).status_code == 400

    @rule(target=uids, week=st.integers(1, 3), hour=SERIES_HOURS)
    def stand_in_the_way_of_a_series(self, week: int, hour: int) -> Any:
        return self._made(self.caller.try_book(1001, f"2026-12-{7 * week - 6:02d}T{hour:02d}:30:00Z"))

    @rule(target=occurrences, hour=SERIES_HOURS, count=st.integers(1, 4))
    def book_a_series(self, hour: int, count: int) -> Any:
        before = len(self.caller.app.world.bookings)
        answer = self.caller.try_book(WEEKLY, f"2026-11-24T{hour:02d}:30:00Z", recurrenceCount=count)
        made = list(self.caller.app.world.bookings)[before:]
        answered = answer.json()["data"] if answer.status_code == 201 else []
        assert [booking["uid"] for booking in answered] == (made if answered else [])
        assert len(made) == count if answered else len(made) < count, "a refused series was whole"
        return multiple(*made)

    @rule(uid=consumes(occurrences))
    def cancel_what_follows(self, uid: str) -> None:
        body = {"cancellationReason": "verhindert", "cancelSubsequentBookings": True}
        answer = self.caller.post(f"/v2/bookings/{uid}/cancel", body)
        booking = self.caller.app.world.bookings[uid]
        series = self.caller.app.world.series(booking.recurring_uid or "")
        assert answer.status_code in (200, 400)
        assert all(found.status == "cancelled" for found in series if found.start >= booking.start)

    @rule(uid=uids, yes=st.booleans())
    def decide(self, uid: str, *, yes: bool) -> None:
        before = self.caller.data(f"/v2/bookings/{uid}")["status"]
        answer = self.caller.post(f"/v2/bookings/{uid}/{'confirm' if yes else 'decline'}")
        assert answer.status_code in ((200, 401) if before == "pending" else (400, 401))

    @rule(uid=uids)
    def reassign(self, uid: str) -> None:
        before = self.caller.data(f"/v2/bookings/{uid}")
        answer = self.caller.post(f"/v2/bookings/{uid}/reassign")
        if answer.status_code == 200:
            assert before["eventTypeId"] == 2001
            host = self.caller.data(f"/v2/bookings/{uid}")["hosts"][0]["id"]
            assert host == answer.json()["data"]["reassignedTo"]["id"] != before["hosts"][0]["id"]

    def _made(self, answer: httpx.Response) -> Any:
        if answer.status_code == 201:
            return answer.json()["data"]["uid"]
        assert answer.status_code == 400
        return multiple()

    @invariant()
    def nobody_is_at_two_places(self) -> None:
        bookings = [found for found in self.caller.app.world.bookings.values() if found.status in BLOCKING]
        for host in {host for booking in bookings for host in booking.host_ids}:
            taken = sorted((found.start, found.end) for found in bookings if host in found.host_ids)
            for (_, end), (start, _) in itertools.pairwise(taken):
                assert end <= start

    @invariant()
    def no_seat_is_given_twice(self) -> None:
        world = self.caller.app.world
        held = [found for found in world.bookings.values() if found.event_type_id == COURSE]
        taken = [
            person["seatUid"] for found in held if found.status == "accepted" for person in found.attendees
        ]
        assert len(taken) == len(set(taken))
        assert all(len(found.attendees) <= COURSES_SEATS for found in held)
        for found in held:
            emails = [person["email"] for person in found.attendees]
            assert len(emails) == len(set(emails))

    @invariant()
    def who_is_on_a_calendar_is_active(self) -> None:
        world = self.caller.app.world
        for host_id in world.users:
            noted = {found.uid for found in world.active_bookings(host_id)}
            active = {
                found.uid
                for found in world.bookings.values()
                if host_id in found.host_ids and found.status in BLOCKING
            }
            assert noted == active

    @invariant()
    def what_was_moved_points_to_where_it_went(self) -> None:
        world = self.caller.app.world
        for old, new in self.moved.items():
            assert (world.bookings[old].status, world.bookings[old].rescheduled_to) == ("cancelled", new)
            assert world.bookings[new].rescheduled_from == old


TestBookings = Bookings.TestCase
TestBookings.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
