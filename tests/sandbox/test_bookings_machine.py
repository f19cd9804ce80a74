"""Bookings as a state machine: whatever callers do, no host is ever at two places at once."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from support.calling import Caller
from support.sandbox import SANDBOX_NOW

from askpro_cli.base.clock import ManualClock
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.call import RateLimit, SandboxOptions
from askpro_cli.sandbox.loading import load_world
from askpro_cli.sandbox.world import BLOCKING

EVENT_TYPES = st.sampled_from([1001, 1002, 1003, 1005, 2001, 2002])
DAYS = "start=2026-11-24&end=2026-11-25"


class Bookings(RuleBasedStateMachine):
    """Callers who book what is listed or anything else, move it and cancel it."""

    uids: Bundle[str] = Bundle("uids")

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
    def what_was_moved_points_to_where_it_went(self) -> None:
        world = self.caller.app.world
        for old, new in self.moved.items():
            assert (world.bookings[old].status, world.bookings[old].rescheduled_to) == ("cancelled", new)
            assert world.bookings[new].rescheduled_from == old


TestBookings = Bookings.TestCase
TestBookings.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
