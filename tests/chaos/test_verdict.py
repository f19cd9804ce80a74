"""A verdict that could not be wrong would be worth nothing: each broken promise is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos.ledger import Outcome, Run, try_once
from chaos.verdict import judge
from sqlalchemy import Engine, text

from askpro_cli.platform.engine import open_engine

SERIES = "chaos1"
UID = f"{SERIES}-00000003"


@pytest.fixture
def outcome(sqlite_seeded_url: str, tmp_path: Path) -> Outcome:
    run = Run(sqlite_seeded_url, events=12, kills=0, duplicates=0.5, connections=2)
    return try_once(run, tmp_path, lambda _: None)


@pytest.fixture
def engine(sqlite_seeded_url: str) -> Iterator[Engine]:
    engine = open_engine(sqlite_seeded_url)
    yield engine
    engine.dispose()


def _say(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("PRAGMA foreign_keys=OFF"))
        for statement in statements:
            connection.execute(text(statement), {"uid": f"%{UID}%"} if ":uid" in statement else {})


def test_each_broken_promise_is_named(outcome: Outcome, engine: Engine) -> None:
    assert outcome.kept
    _say(engine, "DELETE FROM calcom_bookings WHERE calcom_uid LIKE :uid")
    assert judge(engine, outcome.ledger, SERIES).without_effect == [UID]
    _say(
        engine,
        "INSERT INTO webhook_attempts (event_id, number, claim_id, claimed_by, started_at_ms, ended_at_ms,"
        " outcome) SELECT id, 2, 'x', 'x', 0, 0, 'done' FROM webhook_events WHERE dedup_key LIKE :uid",
    )
    assert judge(engine, outcome.ledger, SERIES).twice == [UID]
    _say(engine, "UPDATE webhook_events SET state = 'failed', hits = 0 WHERE dedup_key LIKE :uid")
    judged = judge(engine, outcome.ledger, SERIES)
    assert judged.unhandled == {UID: "failed"}
    assert judged.miscounted == [UID]


def test_an_event_that_is_gone_is_lost(outcome: Outcome, engine: Engine) -> None:
    _say(
        engine,
        "DELETE FROM webhook_attempts",
        "DELETE FROM webhook_effects",
        "DELETE FROM webhook_events WHERE dedup_key LIKE :uid",
    )
    judged = judge(engine, outcome.ledger, SERIES)
    assert judged.lost == [UID]
    assert not judged.kept
