"""What happens when somebody else changes a booking between our look and our request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support.cli import Cli
from support.salon import Salon
from support.sandbox import SandboxTransport

from askpro_cli.sandbox.app import SandboxApp

NOON = "2026-11-24T12:00"


class Meddling(SandboxTransport):
    """Lets somebody else act once, just before the next POST arrives."""

    def __init__(self, app: SandboxApp, act: Callable[[httpx.Request], httpx.Request]) -> None:
        super().__init__(app)
        self._act: Callable[[httpx.Request], httpx.Request] | None = act

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and self._act is not None:
            act, self._act = self._act, None
            await super().handle_async_request(act(request))
        return await super().handle_async_request(request)


def changed(request: httpx.Request, path: str, body: dict[str, Any]) -> httpx.Request:
    headers = {name: request.headers[name] for name in ("authorization", "cal-api-version")}
    return httpx.Request("POST", request.url.copy_with(path=path), json=body, headers=headers)


@pytest.fixture
def meddle(salon: Salon, cli: Cli) -> Callable[[str, dict[str, Any]], None]:
    def arrange(path: str, body: dict[str, Any]) -> None:
        cli.http_transport = Meddling(salon.sandbox, lambda request: changed(request, path, body))

    return arrange


def test_a_move_that_somebody_else_made_just_now_is_a_success(
    salon: Salon, meddle: Callable[[str, dict[str, Any]], None]
) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    meddle(f"/v2/bookings/{uid}/reschedule", {"start": "2026-11-24T11:00:00Z"})
    moved = salon("reschedule", uid, "--start", NOON, "--json").ok().data
    assert moved["already"] is True
    assert salon.standing(NOON) == [moved["booking"]["uid"]]


def test_a_move_that_somebody_else_made_elsewhere_is_refused_with_the_new_uid(
    salon: Salon, meddle: Callable[[str, dict[str, Any]], None]
) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    meddle(f"/v2/bookings/{uid}/reschedule", {"start": "2026-11-24T14:00:00Z"})
    refused = salon("reschedule", uid, "--start", NOON, "--json").exits(1)
    assert [refused.json["errors"][0]["details"]["successor"]] == salon.standing("2026-11-24T15:00")


def test_a_cancellation_that_somebody_else_made_just_now_is_a_success(
    salon: Salon, meddle: Callable[[str, dict[str, Any]], None]
) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    meddle(f"/v2/bookings/{uid}/cancel", {"cancellationReason": "ill"})
    assert salon("cancel", uid, "--reason", "ill", "--yes", "--json").ok().data["already"] is True


def test_a_slot_that_somebody_else_took_just_now_is_refused(
    salon: Salon, meddle: Callable[[str, dict[str, Any]], None]
) -> None:
    attendee = {"name": "Otto", "email": "otto@example.org", "timeZone": "Europe/Berlin"}
    meddle("/v2/bookings", {"start": "2026-11-24T09:00:00Z", "eventTypeId": 1001, "attendee": attendee})
    refused = salon.book().exits(1)
    assert refused.data["alternatives"]


def test_a_second_run_while_the_first_is_in_doubt_finds_what_that_one_made(salon: Salon) -> None:
    """The first run's request arrives late: after our look, before our request, which is then refused."""
    salon.arm("reset-before")
    salon.arm("503", method="GET", times=None)
    salon.cli.env["ASKPRO_RESILIENCE_ATTEMPTS"] = "1"
    salon.book().exits(5)
    salon.sandbox.plan.clear()

    late: list[bytes] = []

    def repeat(request: httpx.Request) -> httpx.Request:
        late.append(request.content)
        return httpx.Request("POST", request.url, content=request.content, headers=request.headers)

    salon.cli.http_transport = Meddling(salon.sandbox, repeat)
    again = salon.book().ok()
    assert again.data["recovered"] is True
    assert len(late) == 1
    assert salon.standing() == [again.data["booking"]["uid"]]
