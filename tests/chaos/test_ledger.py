"""A short ledger on every database: nothing acknowledged is lost, nothing is handled twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from chaos.ledger import Run, try_once
from support.redis_server import private_redis


def test_what_was_acknowledged_survives_sigkill_and_is_handled_once(seeded_url: str, tmp_path: Path) -> None:
    outcome = try_once(Run(seeded_url, events=600, kills=5, connections=8), tmp_path, lambda _: None)
    assert outcome.kept, (outcome.verdict, outcome.ledger, outcome.ended_by_themselves)
    assert len(outcome.killed) == 5
    assert outcome.verdict.events == 600


@pytest.mark.parametrize("seed", [2])
def test_the_same_with_the_first_gate_in_redis(sqlite_seeded_url: str, tmp_path: Path, seed: int) -> None:
    with private_redis() as redis:
        run = Run(sqlite_seeded_url, redis.url, events=400, kills=4, connections=8, seed=seed)
        outcome = try_once(run, tmp_path, lambda _: None)
    assert outcome.kept, (outcome.verdict, outcome.ledger, outcome.ended_by_themselves)
