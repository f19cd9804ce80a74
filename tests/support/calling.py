"""A caller of the sandbox in process: one method a request, answers as httpx gives them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from askpro_cli.base.clock import ManualClock
from askpro_cli.sandbox.app import SandboxApp
from support.sandbox import SANDBOX_KEY, SandboxTransport

VERSIONS = {
    "bookings": "2024-08-13",
    "event-types": "2024-06-14",
    "schedules": "2024-06-11",
    "slots": "2024-09-04",
}
ATTENDEE = {"name": "Erika Muster", "email": "erika.muster@example.org", "timeZone": "Europe/Berlin"}
TUESDAY_TEN = "2026-11-24T09:00:00Z"


class Caller:
    """Sends requests with the right version and key unless told otherwise."""

    def __init__(self, app: SandboxApp, clock: ManualClock) -> None:
        self.app = app
        self.clock = clock

    def send(
        self,
        method: str,
        path: str,
        *,
        version: str | None = "right",
        key: str | None = SANDBOX_KEY,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Send one request; *path* starts after the host."""
        sent = dict(headers or {})
        if version == "right":
            version = VERSIONS.get(path.split("?", maxsplit=1)[0].removeprefix("/v2/").split("/")[0])
        if version is not None:
            sent["cal-api-version"] = version
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        return asyncio.run(self._send(method, path, sent, more))

    async def _send(
        self, method: str, path: str, headers: dict[str, str], more: dict[str, Any]
    ) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=SandboxTransport(self.app), base_url="http://sandbox.example", trust_env=False
        ) as client:
            return await client.request(method, path, headers=headers, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.send("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.send("POST", path, json=body, **more)

    def data(self, path: str, **more: Any) -> Any:
        """Return `data` of a GET that must succeed."""
        answer = self.get(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def slots(self, query: str, **more: Any) -> list[str]:
        """Return every start a slots query answers."""
        days = self.data(f"/v2/slots?{query}", **more)
        return [slot["start"] for day in days.values() for slot in day]

    def try_book(self, event_type: int = 1001, start: str = TUESDAY_TEN, **more: Any) -> httpx.Response:
        """Send a create; `key`, `version` and `headers` go to the request, the rest into the body."""
        asked = {name: more.pop(name) for name in ("key", "version", "headers") if name in more}
        body = {"eventTypeId": event_type, "start": start, "attendee": ATTENDEE, **more}
        return self.post("/v2/bookings", body, **asked)

    def book(self, event_type: int = 1001, start: str = TUESDAY_TEN, **more: Any) -> dict[str, Any]:
        """Return a booking that must be made."""
        answer = self.try_book(event_type, start, **more)
        assert answer.status_code == 201, answer.text
        booking: dict[str, Any] = answer.json()["data"]
        return booking

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Return what a control endpoint answers; it must succeed."""
        answer = self.send(method, f"/_sandbox/{path}", key=None, version=None, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Return status and message of a refusal in either of the vendor's two shapes."""
    body = answer.json()
    if "statusCode" in body:
        assert body["statusCode"] == answer.status_code
        return answer.status_code, body["message"]
    assert body["status"] == "error"
    assert body["timestamp"].endswith("Z")
    return answer.status_code, body["error"]["message"]
