"""The steps with a vendor that is ill: the breaker opens, spares it, and closes when it is well again."""

from __future__ import annotations

import time
from typing import Any

from askpro_cli.base.errors import DemoError
from askpro_cli.demo.stage import Stage

OPEN_FOR = 2.0
_FAILURES = 5  # breaker.failures, as shipped
_MOST_CALLS = 4
_WAIT_LIMIT = 10.0


def break_down(stage: Stage) -> None:
    """Let every request fail until the breaker opens."""
    stage.sandbox.inject("503")
    stage.sandbox.forget_journal()
    for _ in range(_MOST_CALLS):
        _fail(stage)
        met = len(stage.sandbox.journal())
        if met >= _FAILURES:
            break
    state = _breaker(stage)
    opened = state["state"] in ("open", "half-open")  # half-open: a slow machine took longer than OPEN_FOR
    stage.insist(opened, f"after {met} failed requests the breaker has opened", seen=state)


def spare_the_vendor(stage: Stage) -> None:
    """Ask while it is open; where a slow machine let those seconds pass, the failed trial opens it anew."""
    for _ in range(_MOST_CALLS):
        stage.sandbox.forget_journal()
        answer = _fail(stage)
        if "breaker_open" in answer:
            break
    stage.insist("breaker_open" in answer, "refused at once: could not check, exit 5", seen=answer)
    sent = stage.sandbox.journal()
    stage.insist(not sent, "and not one request reached Cal.com", seen=sent)


def recover(stage: Stage) -> None:
    """Let the vendor be well again, and the breaker find out."""
    stage.sandbox.heal()
    _wait_for_a_trial(stage)
    for _ in range(2):
        stage.run("availability", stage.event_type, "--days", "7", "--refresh")
    state = _breaker(stage)
    stage.insist(state["state"] == "closed", "two good answers closed the breaker", seen=state)


def _fail(stage: Stage) -> list[str]:
    return stage.run("availability", stage.event_type, "--days", "7", "--refresh", exit_code=5).error_codes


def _breaker(stage: Stage) -> dict[str, Any]:
    """Ask for the one breaker, and show it."""
    [breaker] = stage.run("breaker", "status").data["breakers"]
    found: dict[str, Any] = breaker
    trial = found["next_trial_in"]
    stage.show(found["state"] + (f", next trial in {trial:.1f} s" if trial else ""))
    return found


def _wait_for_a_trial(stage: Stage) -> None:
    """Wait until the breaker would let a request through."""
    deadline = time.monotonic() + _WAIT_LIMIT
    while remaining := _breaker(stage)["next_trial_in"]:
        if time.monotonic() > deadline:
            raise DemoError(f"the breaker lets no request through after {_WAIT_LIMIT:g} s")
        time.sleep(remaining)
