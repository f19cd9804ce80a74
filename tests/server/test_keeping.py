"""The daemon with its real inbox, by sockets: one event of many posts, trouble with the records, its end."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

from sqlalchemy import make_url
from support.daemon import Line, Serving, ask, request, serving, signed
from support.waiting import eventually
from support.webhook_requests import booking_body

from askpro_cli.webhooks.inbox.options import InboxOptions

_POSTS, _CONNECTIONS = 1000, 64


def event(number: int = 1) -> bytes:
    body = booking_body(number, "k")
    return request("/webhooks/calcom", body, signed("calcom", body, 0))


def test_a_thousand_identical_posts_are_one_event(platform_url: str, tmp_path: Path) -> None:
    told: list[str] = []
    left = iter(range(_POSTS))
    lock = threading.Lock()

    def send() -> None:
        line = Line(found.port, timeout=60)
        while True:
            with lock:
                if next(left, None) is None:
                    break
            line.say(data)
            answer = line.answer()
            assert answer.status == 200
            told.append(json.loads(answer.body)["status"])
        line.close()

    data = event()
    with serving(platform_url, tmp_path) as found:
        threads = [threading.Thread(target=send) for _ in range(_CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert sorted(told) == ["accepted"] + ["duplicate"] * (_POSTS - 1)
        assert found.rows("SELECT state, hits FROM webhook_events") == [("received", _POSTS)]


def test_what_is_refused_is_remembered(platform_url: str, tmp_path: Path) -> None:
    with serving(platform_url, tmp_path) as found:
        body = booking_body(1, "k")
        wrong = request("/webhooks/calcom", body, [("X-Cal-Signature-256", "0" * 64)])
        assert [ask(found.port, wrong).status for _ in range(3)] == [401] * 3
        assert (
            ask(found.port, request("/webhooks/calcom", b"", [("Content-Length", "99999999")])).status == 413
        )
        question = "SELECT cause, hits, body IS NULL FROM webhook_rejected ORDER BY id"
        eventually(lambda: len(found.rows(question)) == 2 and found.rows(question)[0][1] == 3)
        (wrong_one, too_large) = found.rows(question)
        assert (wrong_one[0], bool(wrong_one[2])) == ("signature_wrong", False)
        assert (too_large[0], bool(too_large[2])) == ("too_large", True)


def not_ready(found: Serving) -> set[str]:
    return {name for name, told in found.daemon.readiness().checks.items() if told}


def test_a_disk_that_is_nearly_full_takes_nothing(sqlite_platform_url: str, tmp_path: Path) -> None:
    with serving(sqlite_platform_url, tmp_path, inbox_options=InboxOptions(min_free_bytes=1 << 60)) as found:
        answer = ask(found.port, event())
        assert (answer.status, json.loads(answer.body)["error"]) == (503, "unavailable")
        assert "retry-after" in answer.headers
        eventually(lambda: "disk" in not_ready(found))
        assert found.rows("SELECT 1 FROM webhook_events") == []


def test_records_that_are_locked_are_503_until_they_are_not(sqlite_platform_url: str, tmp_path: Path) -> None:
    other = sqlite3.connect(make_url(sqlite_platform_url).database or "", isolation_level=None)
    with serving(sqlite_platform_url, tmp_path, inbox_options=InboxOptions(commit_timeout=0.5)) as found:
        other.execute("BEGIN IMMEDIATE")
        assert ask(found.port, event()).status == 503
        other.execute("ROLLBACK")
        eventually(lambda: ask(found.port, event(2)).status == 200)
        eventually(lambda: not not_ready(found))
        kept = found.rows("SELECT dedup_key FROM webhook_events")
        assert len(kept) in (1, 2)  # the first one may have got in after its answer: it was not acknowledged
    other.close()


def test_the_end_answers_who_is_connected_and_keeps_what_came(
    sqlite_platform_url: str, tmp_path: Path
) -> None:
    with serving(sqlite_platform_url, tmp_path) as found:
        waiting, busy = Line(found.port), Line(found.port)
        data = event()
        busy.say(data[:-10])
        eventually(lambda: found.daemon.counters.open == 2)
        found.server.should_exit = True
        eventually(lambda: found.daemon.draining)
        assert found.daemon.readiness().checks["draining"]
        waiting.say(event(2))
        busy.say(data[-10:])
        for line in (waiting, busy):
            answer = line.answer()
            assert (answer.status, answer.headers["connection"]) == (200, "close")
            assert line.ends()
            line.close()
    assert found.log.events[-1][0] == "daemon.stopped"


def test_a_request_that_never_ends_does_not_hold_up_the_end(sqlite_platform_url: str, tmp_path: Path) -> None:
    with serving(sqlite_platform_url, tmp_path) as found:
        line = Line(found.port)
        line.say(event()[:-10])
        eventually(lambda: found.daemon.counters.open == 1)
    assert line.ends()
    line.close()
