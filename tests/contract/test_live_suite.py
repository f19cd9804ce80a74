"""The live suite itself, tried on a sandbox in the place of an account: it leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.live import API_KEY, BASE_URL, EVENT_TYPE
from support.sandbox import SANDBOX_KEY

ROOT = Path(__file__).resolve().parents[2]
HAIRCUT = "1001"
STANDING = ("accepted", "pending")


def _pytest(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run pytest as `make test-live` does."""
    program = Path(sys.executable).with_name("pytest")
    return subprocess.run(
        [str(program), "-q", "-n", "0", "-p", "no:cacheprovider", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _control(url: str, path: str, body: Any = None) -> Any:
    address = f"{url.removesuffix('/v2')}/_sandbox/{path}"
    verb = "GET" if body is None else "POST"
    return httpx.request(verb, address, json=body, trust_env=False, timeout=20).raise_for_status().json()


def _standing(url: str) -> set[str]:
    return {entry["uid"] for entry in _control(url, "state")["bookings"] if entry["status"] in STANDING}


def _webhooks(url: str) -> list[Any]:
    head = {"Authorization": f"Bearer {SANDBOX_KEY}"}
    found: list[Any] = httpx.get(f"{url}/webhooks", headers=head, trust_env=False).json()["data"]
    return found


@pytest.fixture
def account(sandbox_url: str, tmp_path: Path) -> dict[str, str]:
    key = tmp_path / "key"
    key.write_text(f"{SANDBOX_KEY}\n", encoding="utf-8")
    return {BASE_URL: sandbox_url, f"{API_KEY}_FILE": str(key), EVENT_TYPE: HAIRCUT}


def test_the_live_suite_passes_and_leaves_nothing_behind(account: dict[str, str], sandbox_url: str) -> None:
    before = _standing(sandbox_url)
    done = _pytest("tests/live", **account)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "swept up" not in done.stdout
    assert _standing(sandbox_url) == before
    assert _webhooks(sandbox_url) == []


def test_what_a_failure_leaves_is_swept_up(account: dict[str, str], sandbox_url: str) -> None:
    """The move fails, and so does reading the webhook: a booking and a webhook are left in the middle."""
    before = _standing(sandbox_url)
    for method, path in (("POST", "/v2/bookings/*/reschedule"), ("GET", "/v2/webhooks/*")):
        match = {"method": method, "path": path}
        _control(sandbox_url, "faults", {"fault": "500", "times": 3, "match": match})
    done = _pytest("tests/live", "-s", **account)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "swept up after a live test that failed" in done.stdout
    assert _standing(sandbox_url) == before
    assert _webhooks(sandbox_url) == []


def test_without_an_account_it_refuses_and_says_what_is_missing() -> None:
    done = _pytest("tests/live")
    assert done.returncode == 2
    assert BASE_URL in done.stdout + done.stderr
    assert EVENT_TYPE in done.stdout + done.stderr


@pytest.mark.parametrize("words", [(), ("tests",)])
def test_it_never_runs_by_itself(words: tuple[str, ...]) -> None:
    """Nothing is collected unless the folder is named; all other folders are left out to save time."""
    done = _pytest("--collect-only", "--ignore-glob=tests/[!l]*", *words)
    assert "no tests collected" in done.stdout


def test_named_it_is_collected() -> None:
    assert "test_the_account_is_read" in _pytest("--collect-only", "tests/live").stdout
