"""Requests written to a file and answered from it: whole, masked, in order, also after a kill."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calling import ATTENDEE, TUESDAY_TEN, Caller
from support.receiver import receiving
from support.sandbox import SANDBOX_KEY, SANDBOX_NOW, askpro_program, running_sandbox
from support.waiting import eventually

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import ConfigError, UsageError
from askpro_cli.sandbox.launch import Wish, prepare
from askpro_cli.sandbox.recording.journal_file import Line, Recorded, Told, read
from askpro_cli.sandbox.recording.masking import masked, masked_text
from askpro_cli.sandbox.recording.replaying import Replay, key_of

HEADERS = {"Authorization": f"Bearer {SANDBOX_KEY}", "cal-api-version": "2024-08-13"}
NO_PROXY: dict[str, Any] = {"trust_env": False, "timeout": 20}


class Plain(Caller):
    """A caller of whatever is served; a cut connection is the sandbox's own exception."""

    async def _send(
        self, method: str, path: str, headers: dict[str, str], more: dict[str, Any]
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.example") as client:
            return await client.request(method, path, headers=headers, **more)


def started(wish: Wish) -> Caller:
    clock = ManualClock(SANDBOX_NOW)
    app: Any = prepare(wish, clock).build(None)
    return Plain(app, clock)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


@pytest.fixture
def recorder(path: Path) -> Caller:
    return started(Wish(record=path, seed=1))


def replayed(path: Path) -> Caller:
    return started(Wish(replay=path))


def report(caller: Caller) -> dict[str, Any]:
    found: dict[str, Any] = caller.control("GET", "replay")
    return found


def test_every_request_is_a_line_with_its_answer(recorder: Caller, path: Path) -> None:
    recorder.get("/v2/me")
    booked = recorder.book()
    recorder.get("/v2/slots?eventTypeId=1001&start=2026-11-24&end=2026-11-24")
    recorder.control("GET", "journal")
    first, second, third = read(path).lines
    assert (first.n, first.method, first.path, first.at) == (1, "GET", "/v2/me", "2026-11-23T08:00:00.000Z")
    assert (second.method, second.version) == ("POST", "2024-08-13")
    assert second.body == {"eventTypeId": 1001, "start": TUESDAY_TEN, "attendee": ATTENDEE}
    assert second.answer is not None
    assert (second.answer.status, second.answer.body["data"]["uid"]) == (201, booked["uid"])
    assert {"x-request-id", "date", "x-ratelimit-remaining-default"} <= set(second.answer.headers)
    assert third.query == "eventTypeId=1001&start=2026-11-24&end=2026-11-24"


def test_the_file_is_readable_by_its_owner_only(recorder: Caller, path: Path) -> None:
    recorder.get("/v2/me")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_key_and_no_secret_is_written(recorder: Caller, path: Path) -> None:
    hook = {
        "subscriberUrl": "https://a.example.org",
        "triggers": [],
        "active": True,
        "secret": "streng geheim",
    }
    recorder.post("/v2/webhooks", hook)
    recorder.get("/v2/me?apiKey=cal_test_sandbox")
    recorder.post("/v2/bookings", {"eventTypeId": 1001, "metadata": {"note": f"mit {SANDBOX_KEY} gebucht"}})
    recorder.send("POST", "/v2/bookings", content=f"kein JSON, {SANDBOX_KEY}")
    text = path.read_text("utf-8")
    assert SANDBOX_KEY not in text
    assert "streng geheim" not in text
    assert '"secret":"***"' in text
    assert "mit cal_*** gebucht" in text


def test_a_replay_answers_the_same_bytes_and_headers(recorder: Caller, path: Path) -> None:
    asked = ["/v2/me", "/v2/bookings?take=5", "/v2/slots?eventTypeId=1001&start=2026-11-24&end=2026-11-24"]
    before = [recorder.get(one) for one in asked] + [recorder.try_book(), recorder.try_book()]
    again = replayed(path)
    after = [again.get(one) for one in asked] + [again.try_book(), again.try_book()]
    for first, second in zip(before, after, strict=True):
        assert second.status_code == first.status_code
        assert second.content == first.content
        for name in ("x-request-id", "date", "x-ratelimit-remaining-default", "content-type"):
            assert second.headers[name] == first.headers[name]
    assert [answer.status_code for answer in after[-2:]] == [201, 400]
    assert report(again) == {
        "recorded": 5,
        "answered": 5,
        "left": [],
        "notRecorded": [],
        "tornLine": None,
    }


def test_a_replay_ignores_the_querys_order_and_the_key(recorder: Caller, path: Path) -> None:
    recorder.get("/v2/bookings?take=5&skip=1&take=6")
    answer = replayed(path).get("/v2/bookings?skip=1&take=5&take=6", key="cal_another")
    assert answer.status_code == 200


def test_what_was_not_recorded_is_named(recorder: Caller, path: Path) -> None:
    recorder.get("/v2/me")
    recorder.get("/v2/bookings?take=5")
    ids = []
    for _ in range(2):
        again = replayed(path)
        other = again.get("/v2/bookings?take=6")
        unknown = again.send("DELETE", "/v2/schedules/1")
        assert (other.status_code, unknown.status_code) == (501, 501)
        assert other.json()["sandbox"] == "the journal has no answer left for GET /v2/bookings?take=6"
        assert "recorded 1 times" in other.json()["hint"]
        assert "never asked for" in unknown.json()["hint"]
        ids.append([other.headers["x-request-id"], unknown.headers["x-request-id"]])
        shown = report(again)
        assert [found["path"] for found in shown["left"]] == ["/v2/me", "/v2/bookings"]
        assert shown["notRecorded"][0] == {"method": "GET", "path": "/v2/bookings", "query": "take=6"}
    assert ids[0] == ids[1]
    assert ids[0][0] != ids[0][1]


def test_an_answer_is_given_once(recorder: Caller, path: Path) -> None:
    recorder.get("/v2/me")
    again = replayed(path)
    assert [again.get("/v2/me").status_code for _ in range(2)] == [200, 501]
    again.control("POST", "reset")
    assert again.get("/v2/me").status_code == 200
    assert again.send("GET", "/_sandbox/journal", key=None).status_code == 404


def test_a_cut_connection_is_cut_again(recorder: Caller, path: Path) -> None:
    for fault in ("reset-before", "reset-after", "timeout-after"):
        with pytest.raises((ConnectionResetError, TimeoutError)):
            recorder.try_book(headers={"X-Sandbox-Fault": fault})
    assert [line.ended for line in read(path).lines] == ["cut"] * 3
    again = replayed(path)
    for _ in range(3):
        with pytest.raises(ConnectionResetError):
            again.try_book()


def test_answers_that_are_no_json_come_back(recorder: Caller, path: Path) -> None:
    faults = ("html502", "not-json", "503", "429=3")
    before = [recorder.get("/v2/me", headers={"X-Sandbox-Fault": fault}) for fault in faults]
    again = replayed(path)
    after = [again.get("/v2/me") for _ in faults]
    assert [answer.content for answer in after] == [answer.content for answer in before]
    assert [answer.status_code for answer in after] == [502, 200, 503, 429]


def test_a_huge_answer_is_not_kept(recorder: Caller, path: Path) -> None:
    answer = recorder.get("/v2/me", headers={"X-Sandbox-Fault": "huge=5"})
    assert len(answer.content) > 5_000_000
    assert path.stat().st_size < 100_000
    assert read(path).lines[0].ended == "cut"


def test_bodies_that_are_no_json_are_kept_and_matched(recorder: Caller, path: Path) -> None:
    recorder.send("POST", "/v2/bookings", content=b"\xff kein JSON")
    assert replayed(path).send("POST", "/v2/bookings", content=b"\xff kein JSON").status_code == 400


def test_an_empty_answer_stays_empty(path: Path) -> None:
    lines = [
        '{"askpro_sandbox_journal":1,"started":"2026-11-23T08:00:00.000Z"}',
        '{"n":1,"at":"x","method":"GET","path":"/v2/me","answer":{"status":204}}',
        '{"n":2,"at":"x","method":"GET","path":"/v2/me"}',
    ]
    path.write_text("\n".join(lines), "utf-8")
    again = replayed(path)
    assert (again.get("/v2/me").status_code, again.get("/v2/schedules").status_code) == (204, 501)
    with pytest.raises(ConnectionResetError):
        again.get("/v2/me")


# --- the file


def test_a_torn_last_line_is_left_out_and_told(recorder: Caller, path: Path) -> None:
    recorder.get("/v2/me")
    recorder.get("/v2/schedules")
    whole = path.read_bytes()
    for end in range(whole.rindex(b"\n", 0, -1) + 2, len(whole) - 1, 37):
        path.write_bytes(whole[:end])
        found = read(path)
        assert (len(found.lines), found.torn) == (1, 3)
    launch = prepare(Wish(replay=path))
    assert launch.facts["torn_line"] == 3
    assert "line 3" in launch.notes[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "does not begin as one"),
        ("{}", "does not begin as one"),
        ("no", "does not begin as one"),
        ('{"askpro_sandbox_journal":9,"started":"x"}', "its format 9 is not 1"),
        ('{"askpro_sandbox_journal":1,"started":"x"}\n{"n":1}\n\n', "line 2"),
        ('{"askpro_sandbox_journal":1,"started":"x"}\n{"n":\n{"n":2', "line 2"),
    ],
)
def test_a_file_that_is_no_journal_is_refused(path: Path, text: str, problem: str) -> None:
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert problem in caught.value.message
    assert str(path) in caught.value.message


def test_a_missing_journal_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot replay .*none\.jsonl: No such file"):
        read(tmp_path / "none.jsonl")


def test_nothing_is_written_over(path: Path) -> None:
    path.write_text("wichtig", "utf-8")
    with pytest.raises(ConfigError, match="there is something in it"):
        started(Wish(record=path))
    assert path.read_text("utf-8") == "wichtig"


@pytest.mark.parametrize("name", ["none/journal.jsonl", "."])
def test_a_file_that_cannot_be_made_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot record to"):
        started(Wish(record=tmp_path / name))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_at_the_start() -> None:
    with pytest.raises(ConfigError, match="No space left"):
        started(Wish(record=Path("/dev/full")))


def test_a_disk_that_fills_up_answers_nothing_unwritten(
    recorder: Caller, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("askpro_cli.sandbox.recording.journal_file.os.write", full)
    answer = recorder.get("/v2/me")
    assert answer.status_code == 500
    assert "cannot record: No space left" in answer.json()["sandbox"]
    assert read(path).lines == ()


@pytest.mark.parametrize(
    ("flag", "more"),
    [
        ("--data", {"data": Path("x")}),
        ("--scenario", {"scenario": "429-storm"}),
        ("--record", {"record": Path("x")}),
        ("--fault", {"faults": ("503",)}),
        ("--strict-webhook-urls", {"strict_webhook_urls": True}),
        ("--rate-limit", {"rate_limit": "120/60"}),
    ],
)
def test_a_replay_has_no_world(path: Path, flag: str, more: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"--replay and {flag} exclude each other"):
        prepare(Wish(replay=path, **more))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_masking_twice_is_masking_once(document: Any) -> None:
    once = masked(document)
    assert masked(once) == once


@given(JSON, st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1))
def test_no_key_survives_masking(document: Any, tail: str) -> None:
    key = f"cal_live_{tail}"
    hidden = masked({"a": [document, f"x {key}"], "apiKey": key, "client_secret": tail})
    assert key not in json.dumps(hidden)
    assert hidden["client_secret"] == "***"
    assert key not in masked_text(f"take=1&apiKey={key}&x={key}")


@given(st.permutations(["a=1", "b=2", "a=3", "c="]))
def test_a_querys_order_does_not_count(pairs: list[str]) -> None:
    assert key_of("GET", "/", "&".join(pairs), None) == key_of("GET", "/", "a=1&b=2&a=3&c=", None)


@given(JSON)
def test_a_recorded_request_is_found_again(document: Any) -> None:
    line = Line(n=1, at="x", method="POST", path="/v2/x", body=masked(document), answer=Told(status=200))
    body = json.dumps(document).encode("utf-8", "surrogatepass")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return
    replay = Replay(Recorded((line,)))
    scope = {"method": "POST", "path": "/v2/x", "query_string": b""}
    assert replay._next(scope, body if document is not None else b"") is line


# --- the program


def me(url: str) -> httpx.Response:
    return httpx.get(f"{url}/me", headers=HEADERS, **NO_PROXY)


def test_a_kill_loses_no_answered_request(path: Path) -> None:
    with running_sandbox("--record", str(path)) as ready:
        ids = [me(ready["url"]).headers["x-request-id"] for _ in range(20)]
        os.kill(ready["process"].pid, signal.SIGKILL)
        ready["process"].wait(10)
    found = read(path)
    assert [line.answer.headers["x-request-id"] for line in found.lines if line.answer] == ids
    assert found.torn is None
    with running_sandbox("--replay", str(path)) as again:
        assert again["key"] is None
        assert again["recorded"] == 20
        assert [me(again["url"]).headers["x-request-id"] for _ in range(20)] == ids
        assert me(again["url"]).status_code == httpx.codes.NOT_IMPLEMENTED


def test_a_torn_journal_is_told_on_stderr(path: Path) -> None:
    with running_sandbox("--record", str(path)) as ready:
        me(ready["url"])
    path.write_bytes(path.read_bytes()[:-5])
    with running_sandbox("--replay", str(path)) as again:
        assert again["torn_line"] == 2
        again["process"].terminate()
        assert "line 2" in again["process"].communicate(timeout=10)[1]


def test_a_taken_port_leaves_no_file(path: Path) -> None:
    with running_sandbox() as ready:
        port = ready["url"].split(":")[2].split("/")[0]
        said = subprocess.run(
            [askpro_program(), "sandbox", "--port", port, "--record", str(path)],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
        assert said.returncode == 2
        assert "cannot listen" in said.stderr
    assert not path.exists()


def test_a_recorded_connection_over_tcp_is_cut_as_it_was(path: Path) -> None:
    with running_sandbox("--record", str(path)) as ready:
        for fault in ("reset-after", "truncated"):
            with pytest.raises(httpx.TransportError):
                httpx.get(f"{ready['url']}/me", headers={**HEADERS, "X-Sandbox-Fault": fault}, **NO_PROXY)
    assert [line.ended for line in read(path).lines] == ["cut", "cut"]
    with running_sandbox("--replay", str(path)) as again:
        for _ in range(2):
            with pytest.raises(httpx.TransportError):
                me(again["url"])


def test_a_stopped_sandbox_first_sends_what_is_under_way() -> None:
    with receiving() as receiver:
        receiver.pause = 0.5
        with running_sandbox() as ready:
            hook = {"subscriberUrl": receiver.url, "triggers": [], "active": True}
            made = httpx.post(f"{ready['url']}/webhooks", json=hook, headers=HEADERS, **NO_PROXY)
            assert made.status_code == httpx.codes.CREATED
            root = ready["url"].removesuffix("/v2")
            assert httpx.post(f"{root}/_sandbox/ping", **NO_PROXY).json() == {"sent": 1}
            ready["process"].terminate()
            assert ready["process"].wait(10) == 0
        assert [found.trigger for found in receiver.got] == ["PING"]


def test_meetings_are_told_while_nobody_asks(tmp_path: Path) -> None:
    scenario = tmp_path / "soon.yaml"
    with receiving() as receiver:
        scenario.write_text(
            "title: T\noptions: {now: '2026-11-25T09:59:59Z'}\nworld:\n"
            "  bookings: [{eventTypeId: 1001, start: '2026-11-25T10:00:00Z', name: A, email: a@b.de}]\n"
            f"  webhooks: [{{subscriberUrl: '{receiver.url}', userId: 101, triggers: [MEETING_STARTED]}}]\n",
            "utf-8",
        )
        with running_sandbox("--scenario", str(scenario)) as ready:
            assert ready["scenario"] == str(scenario)
            eventually(lambda: receiver.triggers == ["MEETING_STARTED"])
