"""A team's booking that one's own list does not show is booked once all the same.

Two hosts share the round-robin event type, so the vendor takes the same booking twice: nothing but our
looking stands between a lost answer and two appointments.
"""

from __future__ import annotations

import json

import httpx
import pytest
from support.salon import ANNA, OTTO, Salon
from support.sandbox import SandboxTransport

from askpro_cli.sandbox.app import SandboxApp

IN_TEAM = "2001"
BOTH_FREE = "2026-11-24T13:00"
LOST = ["reset-after", "timeout-after", "502=after", "truncated"]


class OwnBookingsOnly(SandboxTransport):
    """A vendor whose own list shows no colleague's booking; with *closed* the key may not see the team's."""

    def __init__(self, app: SandboxApp, *, closed: bool = False) -> None:
        super().__init__(app)
        self._closed = closed

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._closed and request.url.path == "/v2/teams/201/bookings":
            message = "PbacGuard - user does not have the minimum required role"
            return httpx.Response(403, json={"statusCode": 403, "message": message})
        found = await super().handle_async_request(request)
        if (request.method, request.url.path) != ("GET", "/v2/bookings"):
            return found
        document = json.loads(await found.aread())
        document |= {"data": [], "pagination": {"totalItems": 0, "hasNextPage": False}}
        return httpx.Response(200, json=document)


@pytest.fixture
def team(salon: Salon) -> Salon:
    salon.cli.http_transport = OwnBookingsOnly(salon.sandbox)
    return salon


@pytest.mark.parametrize("fault", LOST)
def test_a_colleagues_booking_is_found_in_the_teams_list_and_not_made_twice(team: Salon, fault: str) -> None:
    team.arm(fault)
    answer = team.cli("book", IN_TEAM, "--start", BOTH_FREE, *ANNA, "--json").ok()
    assert answer.data["recovered"] is True
    assert team.standing(BOTH_FREE) == [answer.data["booking"]["uid"]]
    assert team.sent("POST") == 1


def test_the_vendor_would_have_taken_it_twice(team: Salon) -> None:
    """Without this the other tests would show nothing: the second host is free."""
    team.cli("book", IN_TEAM, "--start", BOTH_FREE, *ANNA).ok()
    team.cli("book", IN_TEAM, "--start", BOTH_FREE, *OTTO).ok()
    assert len(team.standing(BOTH_FREE)) == 2


def test_a_doubt_of_an_earlier_run_is_settled_in_the_teams_list(team: Salon) -> None:
    team.arm("reset-after")
    team.arm("503", method="GET", path="/v2/teams/201/bookings", times=None)
    first = team.cli("book", IN_TEAM, "--start", BOTH_FREE, *ANNA, "--json")
    assert first.exit_code == 5
    team.sandbox.plan.clear()
    team.cli("breaker", "reset", "--yes").ok()
    again = team.cli("book", IN_TEAM, "--start", BOTH_FREE, *ANNA, "--json").ok()
    assert again.data["recovered"] is True
    assert team.standing(BOTH_FREE) == [again.data["booking"]["uid"]]
    assert team.sent("POST") == 1


@pytest.mark.parametrize("fault", LOST)
def test_where_nobody_may_look_nothing_is_sent_again(salon: Salon, fault: str) -> None:
    salon.cli.http_transport = OwnBookingsOnly(salon.sandbox, closed=True)
    salon.arm(fault)
    lost = salon.cli("book", IN_TEAM, "--start", BOTH_FREE, *ANNA, "--json").exits(5)
    assert lost.json["errors"][0]["code"] == "fate_unknown"
    again = salon.cli("book", IN_TEAM, "--start", BOTH_FREE, *ANNA, "--json")
    assert again.exit_code != 0
    assert len(salon.standing(BOTH_FREE)) == 1
    assert salon.sent("POST") == 1


def test_ones_own_booking_is_enough_where_the_teams_list_is_closed(salon: Salon) -> None:
    class TeamClosed(OwnBookingsOnly):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/v2/bookings" and request.method == "GET":
                return await SandboxTransport.handle_async_request(self, request)
            return await super().handle_async_request(request)

    salon.cli.http_transport = TeamClosed(salon.sandbox, closed=True)
    salon.arm("reset-after")
    answer = salon.cli("book", IN_TEAM, "--start", BOTH_FREE, *ANNA, "--json").ok()
    assert answer.data["recovered"] is True
    assert salon.sent("POST") == 1
