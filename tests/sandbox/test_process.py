"""The real program on a free port: readiness, its end, races over sockets, connections that are cut."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from support.calling import ATTENDEE
from support.processes import race
from support.sandbox import SANDBOX_KEY, running_sandbox

from askpro_cli.base.errors import ConfigError
from askpro_cli.sandbox.serve import background, run
from askpro_cli.sandbox.world.loading import load_world

pytestmark = pytest.mark.usefixtures("measured")  # nothing else sees the sandbox end as a program

HEADERS = {"Authorization": f"Bearer {SANDBOX_KEY}", "cal-api-version": "2024-08-13"}
PROCESSES = 50
NO_PROXY: dict[str, Any] = {"trust_env": False, "timeout": 20}


def free_start(url: str) -> str:
    """Return the last slot of the next two weeks."""
    state = httpx.get(f"{url.removesuffix('/v2')}/_sandbox/state", **NO_PROXY).json()
    end = datetime.fromisoformat(state["now"]) + timedelta(days=14)
    query = {"eventTypeId": "1001", "start": state["now"], "end": end.isoformat()}
    headers = {"cal-api-version": "2024-09-04"}
    days = httpx.get(f"{url}/slots", params=query, headers=headers, **NO_PROXY).json()["data"]
    start: str = list(days.values())[-1][-1]["start"]
    return start


def create(url: str, start: str, **headers: str) -> httpx.Response:
    body = {"eventTypeId": 1001, "start": start, "attendee": ATTENDEE}
    return httpx.post(f"{url}/bookings", json=body, headers={**HEADERS, **headers}, **NO_PROXY)


def accepted(url: str, start: str) -> int:
    """Return how many accepted bookings begin then."""
    found = httpx.get(f"{url}/bookings", headers=HEADERS, **NO_PROXY).json()["data"]
    return sum(booking["start"] == start and booking["status"] == "accepted" for booking in found)


def test_fifty_processes_book_one_slot_and_one_gets_it(sandbox_url: str) -> None:
    start = free_start(sandbox_url)
    address = urlsplit(sandbox_url)
    body = {"eventTypeId": 1001, "start": start, "attendee": ATTENDEE}
    headers = {**HEADERS, "Content-Type": "application/json"}
    source = f"""
import http.client, json
connection = http.client.HTTPConnection({address.hostname!r}, {address.port}, timeout=30)
connection.request("POST", "/v2/bookings", {json.dumps(body)!r}, {headers!r})
print(connection.getresponse().status)
"""
    statuses = race(source, PROCESSES)
    assert sorted(statuses) == ["201"] + ["400"] * (PROCESSES - 1)
    assert accepted(sandbox_url, start) == 1


def test_a_reset_after_the_commit_is_a_tcp_reset_and_leaves_one_booking(sandbox_url: str) -> None:
    start = free_start(sandbox_url)
    address = urlsplit(sandbox_url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
    body = json.dumps({"eventTypeId": 1001, "start": start, "attendee": ATTENDEE})
    headers = {**HEADERS, "Content-Type": "application/json", "X-Sandbox-Fault": "reset-after"}
    connection.request("POST", "/v2/bookings", body, headers)
    with pytest.raises(ConnectionResetError):
        connection.getresponse()
    connection.close()
    assert accepted(sandbox_url, start) == 1


def test_a_reset_before_leaves_none(sandbox_url: str) -> None:
    start = free_start(sandbox_url)
    with pytest.raises(httpx.ReadError):
        create(sandbox_url, start, **{"X-Sandbox-Fault": "reset-before"})
    assert accepted(sandbox_url, start) == 0
    assert create(sandbox_url, start).status_code == httpx.codes.CREATED


def test_a_truncated_answer_ends_before_its_length(sandbox_url: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        httpx.get(f"{sandbox_url}/me", headers={**HEADERS, "X-Sandbox-Fault": "truncated"}, **NO_PROXY)
    assert httpx.get(f"{sandbox_url}/me", headers=HEADERS, **NO_PROXY).status_code == httpx.codes.OK


def test_silence_lasts_until_the_client_gives_up(sandbox_url: str) -> None:
    headers = {**HEADERS, "X-Sandbox-Fault": "timeout-after"}
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{sandbox_url}/me", headers=headers, trust_env=False, timeout=0.2)


def test_silence_may_end_in_a_reset(sandbox_url: str) -> None:
    with pytest.raises(httpx.ReadError):
        httpx.get(
            f"{sandbox_url}/me", headers={**HEADERS, "X-Sandbox-Fault": "timeout-after=0.05"}, **NO_PROXY
        )


def test_a_huge_answer_streams_without_a_length(sandbox_url: str) -> None:
    answer = httpx.get(f"{sandbox_url}/me", headers={**HEADERS, "X-Sandbox-Fault": "huge=3"}, **NO_PROXY)
    assert len(answer.content) > 3_000_000
    assert "Content-Length" not in answer.headers


def test_connections_are_kept_open(sandbox_url: str) -> None:
    with httpx.Client(headers=HEADERS, **NO_PROXY) as client:
        for _ in range(3):
            assert client.get(f"{sandbox_url}/me").extensions["network_stream"] is not None
            (idle,) = client._transport._pool.connections  # type: ignore[attr-defined]  # what httpx keeps
            assert idle.is_idle()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_being_stopped_is_the_normal_end(number: signal.Signals) -> None:
    with running_sandbox() as ready:
        process = ready["process"]
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err) == (0, "", "")


def test_a_stop_does_not_wait_for_a_silent_answer() -> None:
    with running_sandbox("--fault", "timeout-after") as ready:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{ready['url']}/me", trust_env=False, timeout=0.1)
        ready["process"].terminate()
        assert ready["process"].wait(10) == 0


def test_no_fault_makes_the_program_talk() -> None:
    with running_sandbox() as ready:
        for fault in ("reset-before", "reset-after", "truncated", "timeout-after=0.01", "huge=1", "not-json"):
            headers = {**HEADERS, "X-Sandbox-Fault": fault}
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{ready['url']}/me", headers=headers, **NO_PROXY)
        assert httpx.get(f"{ready['url']}/me", headers=HEADERS, **NO_PROXY).status_code == httpx.codes.OK
        ready["process"].terminate()
        assert ready["process"].communicate(timeout=10) == ("", "")


def test_options_reach_the_sandbox(tmp_path: Path) -> None:
    data = tmp_path / "world.yaml"
    data.write_text(
        "users: [{id: 5, username: doc, name: Doc, email: doc@example.org, timeZone: UTC}]\n"
        "apiKeys: [{key: cal_test_file, user: doc}]\n",
        "utf-8",
    )
    options = (
        "--data",
        str(data),
        "--api-key",
        "cal_test_mine",
        "--rate-limit",
        "1/60",
        "--clock-offset",
        "86400",
    )
    with running_sandbox(*options) as ready:
        assert ready["key"] == "cal_test_mine"
        headers = {"Authorization": "Bearer cal_test_mine"}
        first = httpx.get(f"{ready['url']}/me", headers=headers, **NO_PROXY)
        assert first.json()["data"]["username"] == "doc"
        second = httpx.get(f"{ready['url']}/me", headers=headers, **NO_PROXY)
        assert second.status_code == httpx.codes.TOO_MANY_REQUESTS


def test_a_taken_port_is_a_clear_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}") as caught:
            run(load_world(), port=port, on_ready=lambda _: None)
        assert "--port" in str(caught.value.hint)


def test_a_sandbox_in_the_background_ends_with_its_block() -> None:
    with background(load_world()) as url:
        assert httpx.get(f"{url}/me", headers=HEADERS, **NO_PROXY).status_code == httpx.codes.OK
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/me", **NO_PROXY)
