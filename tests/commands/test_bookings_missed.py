"""A list that lacks bookings is not told as the list."""

from __future__ import annotations

import json

import httpx
import pytest
from support.salon import Salon
from support.sandbox import SandboxTransport


class CountsMore(SandboxTransport):
    """A server that counts bookings it does not send: they changed places while the pages were read."""

    more = 1

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        found = await super().handle_async_request(request)
        if (request.method, request.url.path) != ("GET", "/v2/bookings"):
            return found
        document = json.loads(await found.aread())
        document["pagination"]["totalItems"] += self.more
        return httpx.Response(200, json=document)


@pytest.mark.parametrize(("more", "told"), [(1, "1 booking is missing"), (3, "3 bookings are missing")])
def test_missing_bookings_are_told_and_exit_5(salon: Salon, more: int, told: str) -> None:
    wire = CountsMore(salon.sandbox)
    wire.more = more
    salon.cli.http_transport = wire
    salon.book()
    listed = salon("bookings", "list", "--json").exits(5)
    assert told in listed.stderr
    assert "run the same command again" in listed.stderr
    assert (listed.data["missed"], listed.data["total"]) == (more, None)
    assert listed.data["bookings"]


def test_a_whole_list_misses_nothing(salon: Salon) -> None:
    salon.book().ok()
    listed = salon("bookings", "list", "--json").ok()
    assert listed.data["missed"] == 0
    assert listed.data["total"] == len(listed.data["bookings"])
