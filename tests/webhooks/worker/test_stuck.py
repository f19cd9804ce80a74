"""What nobody will handle by itself is found and can be let go, on every family of databases."""

from __future__ import annotations

import time

from support.cli import Cli
from support.working import Desk

from askpro_cli.webhooks.worker.stuck import list_stuck, release


def now_ms() -> int:
    return round(time.time() * 1000)


def claimed(desk: Desk, ends_in_seconds: float) -> int:
    """Return an event under a lease of another worker."""
    event = desk.receive()
    ends = now_ms() + round(ends_in_seconds * 1000)
    desk.change(event, state="claimed", claim_id="0" * 32, claimed_by="host:1:0", due_at_ms=ends, attempts=3)
    return event


def failed(desk: Desk) -> int:
    """Return an event of an unknown company."""
    event = desk.receive()
    desk.change(event, state="failed", reason="company unknown: nothing in the event", due_at_ms=None)
    return event


def test_each_kind_is_told(desk: Desk) -> None:
    kinds = {
        failed(desk): "failed",
        claimed(desk, -120): "abandoned",
        claimed(desk, 3600): "held",
    }
    late = desk.receive()
    desk.change(late, received_at_ms=now_ms() - 120_000)
    kinds[late] = "waiting"
    claimed(desk, 30)
    desk.receive()
    found = desk.records.run_in_transaction(list_stuck)
    assert {one.id: one.why for one in found} == kinds
    left = next(one.lease_left_ms for one in found if one.why == "abandoned")
    assert left is not None
    assert -130_000 < left <= -120_000


def test_released_ones_are_handled(desk: Desk) -> None:
    events = [failed(desk), claimed(desk, -120)]
    held = claimed(desk, 3600)
    done = desk.records.run_in_transaction(lambda session: release(session, [*events, held]))
    assert done == events
    assert desk.records.run_in_transaction(lambda session: release(session, [held], held=True)) == [held]
    with desk.pool():
        rows = desk.settled(*events, held)
    assert {row.attempts for row in rows} == {1}


def test_the_command_lists_and_releases(sqlite_desk: Desk, cli: Cli) -> None:
    desk = sqlite_desk
    cli.env["ASKPRO_DATABASE_URL"] = str(desk.records.engine.url)
    assert cli("webhooks", "stuck").ok().stderr.startswith("0 events stuck")
    event, held = failed(desk), claimed(desk, 3600)
    assert "there are more" in cli("webhooks", "stuck", "--limit", "1").exits(1).stderr
    cli("webhooks", "stuck", "9" * 20).exits(2)
    listed = cli("webhooks", "stuck", "--json").exits(1)
    assert [(one["id"], one["why"]) for one in listed.data["events"]] == [(event, "failed"), (held, "held")]
    assert listed.data["events"][0]["reason"].startswith("company unknown")
    desk.change(held, received_at_ms=2**61)
    assert cli("webhooks", "stuck", str(held), "--json").exits(1).data["events"][0]["received_at"] is None
    released = cli("webhooks", "stuck", "--release", "--json").ok()
    assert released.data == {"released": [event], "left": [held]}
    cli("webhooks", "stuck", "--release", str(held), "--force").exits(2)
    taken = cli("webhooks", "stuck", "--release", str(held), "--force", "--yes", "--json").ok()
    assert taken.data["released"] == [held]


def test_an_id_that_is_not_there_is_told(sqlite_desk: Desk, cli: Cli) -> None:
    cli.env["ASKPRO_DATABASE_URL"] = str(sqlite_desk.records.engine.url)
    event = failed(sqlite_desk)
    for words in ([], ["--release"]):
        assert "there is no event 999" in cli("webhooks", "stuck", str(event), "999", *words).exits(3).stderr
    assert cli("webhooks", "stuck", "--json").exits(1).data["events"][0]["id"] == event
