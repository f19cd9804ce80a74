"""Kill -9 at every step of a move and of a cancellation: after the next sync both sides agree."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from support.driving import Driver, driver, free_starts
from support.waiting import eventually

from askpro_cli.platform.schema import Appointment, CalcomBooking, Notification

MOVE = ["move_committed", "moved_at_vendor", "completing_move", "move_completed"]
CANCEL = ["cancel_committed", "cancelled_at_vendor", "completing_cancel", "cancel_completed"]
OPEN = {"moving", "cancelling"}


@pytest.fixture
def killing(seeded_url: str, sandbox_url: str, tmp_path: Path) -> Iterator[Driver]:
    """The driver on each database."""
    with driver(seeded_url, sandbox_url, tmp_path) as made:
        yield made


def test_killed_at_every_step_the_next_sync_makes_both_sides_agree(killing: Driver) -> None:
    starts = free_starts(killing.sandbox_url)
    count = len(MOVE) + len(CANCEL)
    booked = killing("book", runs=[{"wish": {"start": next(starts)}} for _ in range(count)])
    ids = [one["appointment"] for one in booked]
    moved, cancelled = ids[: len(MOVE)], ids[len(MOVE) :]
    targets = dict(zip(moved, starts, strict=False))
    moves = [
        {"appointment": key, "start": targets[key], "kill_at": step}
        for key, step in zip(moved, MOVE, strict=True)
    ]
    cancellations = [
        {"appointment": key, "kill_at": step} for key, step in zip(cancelled, CANCEL, strict=True)
    ]
    victims = killing("move", runs=moves) + killing("cancel", runs=cancellations)
    assert {one["signal"] for one in victims} == {signal.SIGKILL}

    def finished() -> bool:
        killing("sync", runs=[{}, {}])  # two at once
        return not [row for row in killing.rows(Appointment) if row.status in OPEN]

    eventually(finished)
    rows = {row.id: row for row in killing.rows(Appointment)}
    assert {rows[key].status for key in cancelled} == {"cancelled"}
    for key in moved:
        assert rows[key].status == "scheduled"
        assert rows[key].starts_at == datetime.fromisoformat(targets[key])
    standing = sorted(rows[key].calcom_v2_booking_uid for key in moved)
    assert sorted(one["uid"] for one in killing.remote()) == standing
    assert [row.id for row in rows.values() if row.payload or row.lock_token] == []
    assert len(killing.rows(CalcomBooking)) == count + len(moved)
    kinds = sorted(mail.kind for mail in killing.rows(Notification))
    assert kinds == sorted(
        ["confirmation"] * count + ["change"] * len(moved) + ["cancellation"] * len(cancelled)
    )
    assert killing("sync")[0]["did"] == []
