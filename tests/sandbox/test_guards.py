"""Keys, rate limits and the headers of every answer."""

from __future__ import annotations

import re

import pytest
from support.calling import Caller, refusal
from support.sandbox import SANDBOX_NOW

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import InvalidValueError
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.options import RateLimit, SandboxOptions
from askpro_cli.sandbox.protocol.throttler import parse_rate_limit
from askpro_cli.sandbox.world.loading import load_world

SLOTS = "/v2/slots?eventTypeId=1001&start=2026-11-24&end=2026-11-24"
PUBLIC = ("/v2/event-types?username=salon", SLOTS)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.mark.parametrize(
    "path", ["/v2/me", "/v2/bookings", "/v2/schedules", "/v2/teams", "/v2/event-types/1001"]
)
def test_without_a_key_private_endpoints_say_which_methods_there_are(caller: Caller, path: str) -> None:
    status, message = refusal(caller.get(path, key=None))
    assert status == 401
    assert message.startswith("ApiAuthStrategy - No authentication method provided. Either pass an API key")


@pytest.mark.parametrize("path", ["/v2/me", *PUBLIC])
def test_an_unknown_key_is_refused_by_the_throttler_also_on_public_endpoints(
    caller: Caller, path: str
) -> None:
    answer = caller.get(path, key="cal_live_wrong")
    assert refusal(answer) == (401, "CustomThrottlerGuard - Invalid API Key")
    assert answer.json()["error"]["code"] == "UnauthorizedException"


@pytest.mark.parametrize(
    ("key", "status", "message"),
    [
        ("cal_test_expired", 401, "ApiAuthStrategy - api key - Your api key is expired"),
        ("cal_test_revoked", 401, "ApiAuthStrategy - api key - Your api key is not valid"),
        ("some_access_token", 401, "ApiAuthStrategy - Invalid Bearer token"),
        ("access_token_expired", 498, "ACCESS_TOKEN_IS_EXPIRED"),
    ],
)
def test_every_bad_credential_has_its_own_text_also_where_a_key_is_optional(
    caller: Caller, key: str, status: int, message: str
) -> None:
    assert refusal(caller.get("/v2/me", key=key)) == (status, message)
    assert refusal(caller.get("/v2/event-types?username=salon", key=key)) == (status, message)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_endpoints_need_no_key(caller: Caller, path: str) -> None:
    assert caller.get(path, key=None).status_code == 200


def test_booking_needs_no_key(caller: Caller) -> None:
    booking = caller.book(key=None)
    path = f"/v2/bookings/{booking['uid']}"
    assert caller.data(path, key=None)["uid"] == booking["uid"]
    moved = caller.post(f"{path}/reschedule", {"start": "2026-11-24T10:00:00Z"}, key=None)
    assert moved.status_code == 201
    gone = caller.post(f"/v2/bookings/{moved.json()['data']['uid']}/cancel", {}, key=None)
    assert (gone.status_code, gone.json()["data"]["cancelledByEmail"]) == (200, "")


def test_a_route_that_does_not_exist_is_404_even_with_a_bad_key(caller: Caller) -> None:
    assert refusal(caller.get("/v2/nothing", key="cal_wrong")) == (404, "Cannot GET /v2/nothing")
    assert refusal(caller.get("/elsewhere", key=None)) == (404, "Cannot GET /elsewhere")


def test_every_answer_has_a_request_id_and_its_budget(caller: Caller) -> None:
    for path in ("/v2/me", "/v2/nothing", SLOTS):
        headers = caller.get(path).headers
        assert _UUID.fullmatch(headers["X-Request-Id"])
        assert headers["X-RateLimit-Limit-Default"] == "120"
        assert headers["X-RateLimit-Reset-Default"] == "60"
        assert "Retry-After" not in headers
    assert headers["X-RateLimit-Remaining-Default"] == "117"
    assert headers["Date"] == "Mon, 23 Nov 2026 08:00:00 GMT"


def limited(limit: RateLimit) -> Caller:
    clock = ManualClock(SANDBOX_NOW)
    return Caller(create_app(load_world(), clock=clock, options=SandboxOptions(rate_limit=limit)), clock)


def test_overstepping_the_limit_blocks_for_the_blocks_time() -> None:
    caller = limited(RateLimit(3, 10, 60))
    assert [caller.get("/v2/me").status_code for _ in range(4)] == [200, 200, 200, 429]
    caller.clock.advance(59)
    refused = caller.get("/v2/me")
    assert refusal(refused) == (429, "CustomThrottlerGuard - Too many requests. Please try again later.")
    assert refused.json()["error"]["code"] == "ThrottlerException"
    assert refused.headers["X-RateLimit-Remaining-Default"] == "0"
    assert refused.headers["X-RateLimit-Reset-Default"] == "1"
    caller.clock.advance(1)
    assert caller.get("/v2/me").headers["X-RateLimit-Remaining-Default"] == "2"


def test_a_window_that_ends_gives_the_whole_budget_back() -> None:
    caller = limited(RateLimit(2, 10, 60))
    caller.get("/v2/me")
    caller.clock.advance(4)
    assert caller.get("/v2/me").headers["X-RateLimit-Reset-Default"] == "6"
    caller.clock.advance(6)
    assert caller.get("/v2/me").headers["X-RateLimit-Remaining-Default"] == "1"


def test_budgets_are_per_key_and_per_address_without_one() -> None:
    caller = limited(RateLimit(1, 60, 60))
    assert caller.get("/v2/me").status_code == 200
    assert caller.get("/v2/me").status_code == 429
    assert caller.get("/v2/me", key="cal_test_lea").status_code == 200
    assert caller.get(SLOTS, key=None).status_code == 200
    assert caller.get(SLOTS, key=None).status_code == 429


@pytest.mark.parametrize(
    ("text", "limit"), [("120/60", RateLimit(120, 60, 60)), ("5/1/30", RateLimit(5, 1, 30))]
)
def test_a_rate_limit_is_written_requests_seconds_block(text: str, limit: RateLimit) -> None:
    assert parse_rate_limit(text) == limit


@pytest.mark.parametrize("text", ["", "120", "0/60", "120/60/30/1", "a/b", "-1/60"])
def test_anything_else_is_no_rate_limit(text: str) -> None:
    with pytest.raises(InvalidValueError, match="is no rate limit"):
        parse_rate_limit(text)
