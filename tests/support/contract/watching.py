"""Every exchange of the whole suite between a client and the sandbox in process, held to the rules.

What a fault spoiled is left out. What our own client asks is judged too, refused or not; what other callers
ask is not: tests of the sandbox ask wrongly on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from support.contract.exchange import FALLBACK_VERSION, exchange_of
from support.contract.rules import Violation
from support.contract.sources import rules, told

if TYPE_CHECKING:
    from askpro_cli.sandbox.app import SandboxApp

_OURS = "askpro"
_HOSTED_ONLY = "2026-02-25"
_HARMLESS = ("latency", "clock-offset", "stale-slots", "foreign-booking")

_seen: list[Violation] = []


async def look(app: SandboxApp, request: httpx.Request, response: httpx.Response) -> None:
    """Judge one exchange; what is wrong fails the test that is running, at its end.

    The answer of an application in process can be read twice, so its reader misses nothing.
    """
    if not request.url.path.startswith("/v2/") or _spoiled(app, response):
        return
    assert isinstance(response.stream, httpx.AsyncByteStream)
    body = b"".join([part async for part in response.stream])
    exchange = exchange_of(request, response.status_code, body)
    if app.options.self_hosted and exchange.version == _HOSTED_ONLY:
        exchange = replace(exchange, version=FALLBACK_VERSION)
    ours = request.headers.get("user-agent", "").startswith(_OURS)
    _seen.extend(rules().breaches(exchange, request=ours))


def _spoiled(app: SandboxApp, response: httpx.Response) -> bool:
    """Tell whether a fault made this answer what it is; the vendor's own answers stand in the journal."""
    wanted = response.headers.get("x-request-id")
    newest_first = reversed(app.journal._entries)
    entry = next((entry for entry in newest_first if wanted and entry["request_id"] == wanted), None)
    if entry is None:
        return True
    return any(fault.partition("=")[0] not in _HARMLESS for fault in entry["faults"])


@pytest.fixture(autouse=True)
def cal_com_contract() -> Iterator[None]:
    """Fail a test in which client or sandbox broke the vendor's rules."""
    _seen.clear()
    yield
    found = list(dict.fromkeys(map(str, _seen)))
    _seen.clear()
    assert not found, "broken rules of Cal.com:\n" + "\n".join(found)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say which rules the run was held to."""
    terminalreporter.write_line(told())
