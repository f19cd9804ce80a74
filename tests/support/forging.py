"""A wire that changes single bookings in the sandbox's answers; what happened there stays as it is."""

from __future__ import annotations

import json
from typing import Any

import httpx

from askpro_cli.sandbox.app import SandboxApp
from support.sandbox import SandboxTransport


class Forging(SandboxTransport):
    """Changes the booking in the next answer to a write, or with *every* in all answers from then on."""

    def __init__(self, app: SandboxApp, changes: dict[str, Any], *, every: bool = False) -> None:
        super().__init__(app)
        self._changes = changes
        self._every = every
        self._armed = False
        self._spent = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        answer = await super().handle_async_request(request)
        self._armed = self._armed or request.method == "POST"
        if self._spent or not self._armed or (request.method != "POST" and not self._every):
            return answer
        document = json.loads(await answer.aread())
        document["data"] |= self._changes
        self._spent = not self._every
        headers = [(name, value) for name, value in answer.headers.items() if name != "content-length"]
        return httpx.Response(answer.status_code, headers=headers, json=document)
