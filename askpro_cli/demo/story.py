"""The demonstration from its first line to its last."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from askpro_cli.base.errors import DemoError
from askpro_cli.demo import breaker_steps, daemon_steps, insight_steps, records_steps, steps
from askpro_cli.demo.narrator import Narrator
from askpro_cli.demo.playground import Playground
from askpro_cli.demo.program import Program, own_environment
from askpro_cli.demo.stage import Stage, StepReport

Step = Callable[[Stage], None]

STEPS: tuple[tuple[str, Step], ...] = (
    ("What can be booked", steps.see_event_types),
    ("When is there time?", steps.see_availability),
    ("The same question again", steps.see_the_cache),
    ("Ready before anybody calls", insight_steps.warm_up),
    ("A caller takes a slot", steps.book),
    ("The same command again, by mistake", steps.book_again),
    ("Another caller wants that slot too", steps.be_refused),
    ("Why is that time not offered?", insight_steps.explain_a_taken_time),
    ("The first caller wants another time", steps.reschedule),
    ("And then falls ill", steps.cancel),
    ("An agent says a free time is taken", insight_steps.explain_a_shifted_time),
    ("Records of one's own", records_steps.keep_records),
    ("An appointment by the name of its service", records_steps.book_a_service),
    ("What is on that day?", records_steps.list_appointments),
    ("The caller is ill again", records_steps.cancel_an_appointment),
    ("Cal.com tells what happens there", daemon_steps.listen),
    ("The same event, sent twice", daemon_steps.repeat),
    ("The daemon dies right after it said yes", daemon_steps.survive),
    ("Cal.com is ill: every request is answered 503", breaker_steps.break_down),
    ("While the breaker is open", breaker_steps.spare_the_vendor),
    ("Cal.com is well again", breaker_steps.recover),
)
_SETTINGS = {
    "ASKPRO_BREAKER_OPEN_FOR": f"{breaker_steps.OPEN_FOR:g}",
    "ASKPRO_RESILIENCE_BASE_DELAY": "0.05",
}
_OPENING = (
    (
        "A day at a salon, on a Cal.com of its own on this machine. No account is needed, and nothing of"
        " yours is read or changed. Every command really runs; what is shown comes from its answer (--json)."
    ),
    (
        f"To be short, the circuit breaker stays open for {breaker_steps.OPEN_FOR:g} s here instead of 60 s,"
        " and the first retry waits 0.05 s instead of 0.5 s."
    ),
)


def play(environment: Mapping[str, str], tell: Callable[[str], None]) -> dict[str, Any]:
    """Play all steps, telling them line by line, and return the report.

    Args:
        environment: the caller's; nothing of its askpro settings is used.
        tell: takes one line of the story.

    Returns:
        ``ok``, ``seconds`` and ``steps``, each with its commands and checks. After a step that did not do
        what it says ``ok`` is False, ``failure`` says why, and the steps after it were not played.
    """
    started = time.monotonic()
    narrator = Narrator(tell)
    for paragraph in _OPENING:
        narrator.opening(paragraph)
    reports: list[StepReport] = []
    failure = _play_all(environment, narrator, reports)
    seconds = time.monotonic() - started
    narrator.closing(_closing(reports, failure, seconds))
    told = [asdict(report) for report in reports]
    return {"ok": failure is None, "seconds": round(seconds, 1), "failure": failure, "steps": told}


def _play_all(environment: Mapping[str, str], narrator: Narrator, reports: list[StepReport]) -> str | None:
    try:
        with _stage(environment, narrator) as stage:
            for number, (title, step) in enumerate(STEPS, start=1):
                narrator.heading(number, title)
                stage.report = StepReport(title)
                reports.append(stage.report)
                step(stage)
                stage.report.ok = True
    except DemoError as error:
        narrator.failed(error.message)
        narrator.shown([error.hint] if error.hint else [])
        return error.message
    return None


@contextmanager
def _stage(environment: Mapping[str, str], narrator: Narrator) -> Iterator[Stage]:
    with TemporaryDirectory(prefix="askpro-demo-") as name:
        folder = Path(name)
        with Playground(folder, own_environment(environment, folder, {})) as sandbox:
            narrator.opening(f"The sandbox answers on {sandbox.base_url}")
            settings = {
                "ASKPRO_CALCOM_BASE_URL": sandbox.base_url,
                "ASKPRO_CALCOM_API_KEY": sandbox.key,
                "ASKPRO_WEBHOOK_SECRET_CALCOM": os.urandom(24).hex(),
                **_SETTINGS,
            }
            program = Program(folder, own_environment(environment, folder, settings))
            stage = Stage(program, sandbox, narrator)
            with closing(stage):
                yield stage


def _closing(reports: list[StepReport], failure: str | None, seconds: float) -> str:
    checks = sum(len(report.checks) for report in reports)
    if failure is None:
        return f"{len(reports)} steps, {checks} checks, all as they should be, in {seconds:.1f} s."
    return f"Step {len(reports)} did not do what it says; {checks} checks held before it."
