"""The installed program and the sandbox as processes, with a judge between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.cli import Outcome, Program
from support.contract.proxy import Judge, judged
from support.sandbox import SANDBOX_KEY

ANNA = ("--name", "Anna Schmidt", "--email", "anna@example.org")
MIAS_KEY = "cal_test_mia"
CUT, UPDO = "1001", "1005"  # the second waits for the salon to confirm it


@pytest.fixture
def judge(sandbox_url: str) -> Iterator[Judge]:
    """The salon as a process, behind a judge."""
    with judged(sandbox_url) as found:
        yield found


class Operator:
    """Somebody who works with the program in a terminal."""

    def __init__(self, program: Program, judge: Judge) -> None:
        self._program = program
        self._url = judge.url
        self.key = SANDBOX_KEY

    def does(self, *words: str, code: int = 0) -> Outcome:
        env = {"ASKPRO_CALCOM_BASE_URL": self._url, "ASKPRO_CALCOM_API_KEY": self.key}
        return self._program(*words, "--json", env=env).exits(code)

    def sees(self, *words: str) -> Any:
        return self.does(*words).data

    def free(self, event_type: str) -> list[str]:
        """Return the starts that are offered from tomorrow on."""
        found = self.sees("availability", event_type, "--from", "tomorrow", "--days", "10", "--refresh")
        return [slot["start"] for slot in found["slots"]]


@pytest.fixture
def operator(program: Program, judge: Judge) -> Operator:
    return Operator(program, judge)


def test_a_day_of_an_operator_breaks_no_rule(operator: Operator, judge: Judge, tmp_path: Path) -> None:
    _look_around(operator)
    _appointments(operator)
    _as_the_host(operator)
    _webhooks(operator, tmp_path)
    _cache(operator)
    assert not judge.problems, "\n".join(dict.fromkeys(judge.problems))
    assert len(judge.asked) >= 20, sorted(judge.asked)


def _look_around(operator: Operator) -> None:
    operator.does("doctor")
    for words in (
        ("event-types", "list"),
        ("event-types", "show", CUT),
        ("schedules", "list"),
        ("teams", "list"),
        ("teams", "show", "salon-team"),
        ("calendars", "list"),
        ("bookings", "list"),
    ):
        operator.does(*words)
    operator.key = MIAS_KEY  # the salon itself has no calendar
    operator.does("calendars", "busy", "--from", "tomorrow")
    operator.key = SANDBOX_KEY


def _appointments(operator: Operator) -> None:
    """Book, find it taken, move, look, cancel; once more with a slot held meanwhile, and a series."""
    start, later = operator.free(CUT)[:2]
    uid = operator.sees("book", CUT, "--start", start, *ANNA)["booking"]["uid"]
    operator.does("book", CUT, "--start", start, "--name", "Otto", "--email", "otto@example.org", code=1)
    operator.does("availability", CUT, "--explain", start)
    operator.does("alternatives", CUT, "--around", start)
    moved = operator.sees("reschedule", uid, "--start", later)["booking"]["uid"]
    operator.does("bookings", "show", moved)
    operator.does("bookings", "list", "--status", "upcoming")
    operator.does("cancel", moved, "--reason", "krank", "--yes")
    operator.does("cancel", moved, "--reason", "krank", "--yes")
    operator.does("book", CUT, "--start", later, *ANNA, "--reserve", "--idempotency-key", "call-17")
    operator.does("bookings", "show", "gibtesnicht", code=3)


def _as_the_host(operator: Operator) -> None:
    first, second = operator.free(UPDO)[:2]
    uid = operator.sees("book", UPDO, "--start", first, *ANNA)["booking"]["uid"]
    operator.does("bookings", "confirm", uid)
    operator.does("bookings", "guests", uid, "--add", "begleitung@example.org")
    other = operator.sees("book", UPDO, "--start", second, *ANNA)["booking"]["uid"]
    operator.does("bookings", "decline", other, "--reason", "keine Zeit", "--yes")


def _webhooks(operator: Operator, folder: Path) -> None:
    hook, secret = "https://hooks.example.org/calcom", folder / "secret"
    operator.does("webhooks", "subscribe", hook, "--generate-secret", str(secret))
    operator.does("webhooks", "subscriptions")
    operator.does("webhooks", "unsubscribe", hook, "--yes")


def _cache(operator: Operator) -> None:
    operator.does("cache", "warmup", "--event-type", CUT, "--event-type", UPDO)
    operator.does("cache", "diff", "--event-type", CUT)


# --- the judge himself ------------------------------------------------------------------------------------


def test_the_judge_hands_everything_on_and_tells_what_is_wrong(judge: Judge) -> None:
    head = {"Authorization": f"Bearer {SANDBOX_KEY}", "cal-api-version": "2024-08-13"}
    with httpx.Client(headers=head, trust_env=False) as client:
        answer = client.get(f"{judge.url}/me", params={"lang": "de"})
        gone = client.delete(f"{judge.url}/bookings/abc/cancel")
    assert answer.json()["data"]["username"] == "salon"
    assert answer.headers["x-ratelimit-limit-default"] == "120"
    assert gone.status_code == 404
    assert judge.problems == ["GET /v2/me: query.lang: is no parameter of this operation"]
    assert len(judge.exchanges) == 2
