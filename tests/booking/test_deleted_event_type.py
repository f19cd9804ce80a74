"""An event type that is deleted at the vendor while its free times lie in our cache."""

from __future__ import annotations

import httpx
import pytest
from support.salon import HAIRCUT, TOMORROW_TEN, Salon
from support.sandbox import SandboxTransport


class Deleted(SandboxTransport):
    """A server that has lost the event type a moment ago."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if (request.method, request.url.path) in {
            ("POST", "/v2/bookings"),
            ("GET", "/v2/event-types/1001"),
            ("GET", "/v2/slots"),
        }:
            message = "Event type with id 1001 not found."
            return httpx.Response(404, json={"statusCode": 404, "message": message})
        return await super().handle_async_request(request)


@pytest.fixture
def cached(salon: Salon) -> Salon:
    """A salon whose free times of tomorrow lie in the cache."""
    salon("availability", HAIRCUT, "--from", TOMORROW_TEN[:10], "--days", "2", "--json").ok()
    again = salon("availability", HAIRCUT, "--from", TOMORROW_TEN[:10], "--days", "2", "--json").ok()
    assert again.json["meta"]["cache"]["hit"]
    salon.cli.http_transport = Deleted(salon.sandbox)
    return salon


def test_a_booking_says_that_it_is_gone_and_nobody_is_shown_its_times_any_more(cached: Salon) -> None:
    gone = cached.book().exits(3)
    assert gone.json["errors"][0]["details"]["known_as"] == "unknown-event-type"
    cached("availability", HAIRCUT, "--from", TOMORROW_TEN[:10], "--days", "2").exits(3)


def test_a_refreshed_look_forgets_it_too(cached: Salon) -> None:
    cached("availability", HAIRCUT, "--from", TOMORROW_TEN[:10], "--days", "2", "--refresh").exits(3)
    cached("availability", HAIRCUT, "--from", TOMORROW_TEN[:10], "--days", "2").exits(3)
