"""Kill -9 at every step: after the next sync, Cal.com and our records agree on one booking.

Every step is walked on the embedded database and on PostgreSQL; MariaDB, and the same wish asked again
without a sync, take the steps where something was just made on one of the two sides.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.driving import Driver, driver, free_starts
from support.waiting import eventually

from askpro_cli.platform.schema import Appointment, CalcomBooking, Customer, Notification

TESTS = Path(__file__).parents[2]
SAMPLE = ("row_committed", "slot_held", "answered", "key_completed", "completing", "completed")


@pytest.fixture
def killing(seeded_url: str, sandbox_url: str, tmp_path: Path) -> Iterator[Driver]:
    """The driver on each database."""
    with driver(seeded_url, sandbox_url, tmp_path) as made:
        yield made


def run_at(start: str, kill_at: str | None = None) -> dict[str, Any]:
    return {"wish": {"start": start, "reserve": True}, "kill_at": kill_at}


def steps_of(killing: Driver, start: str) -> list[str]:
    """Return the names of all steps of a run that nothing disturbs, in their order."""
    (told,) = killing("book", runs=[run_at(start)])
    assert told["appointment"], told
    return list(dict.fromkeys(told["steps"]))


def agree(killing: Driver) -> int:
    """Return how many appointments there are, after holding everything to everything else."""
    rows = killing.rows(Appointment)
    standing = {row.calcom_v2_booking_uid: row.id for row in rows if row.status == "scheduled"}
    assert sorted(one["uid"] for one in killing.remote()) == sorted(standing)
    assert {row.calcom_uid: row.appointment_id for row in killing.rows(CalcomBooking)} == standing
    assert sorted(one.appointment_id for one in killing.rows(Notification)) == sorted(standing.values())
    assert [row.id for row in rows if row.payload is not None or row.lock_token is not None] == []
    assert len(killing.rows(Customer)) == 1
    return len(standing)


def killed_at_each_step(
    killing: Driver, starts: Iterator[str], *, sample: bool
) -> tuple[list[str], list[str]]:
    """Kill a run at each step, each at a time of its own; returns those times, and the steps' names.

    Args:
        killing: makes the runs.
        starts: free times.
        sample: kill at those of ``SAMPLE`` alone.
    """
    steps = steps_of(killing, next(starts))
    assert set(SAMPLE) < set(steps)
    if sample:
        steps = [step for step in steps if step in SAMPLE]
    times = [next(starts) for _ in steps]
    victims = killing("book", runs=[run_at(*pair) for pair in zip(times, steps, strict=True)])
    assert {one["signal"] for one in victims} == {signal.SIGKILL}
    return times, steps


def test_killed_at_every_step_the_next_sync_makes_both_sides_agree(killing: Driver) -> None:
    sample = killing.records_url.startswith("mariadb")
    times, steps = killed_at_each_step(killing, free_starts(killing.sandbox_url), sample=sample)
    written = {row.starts_at for row in killing.rows(Appointment)}
    assert len(written) == 1 + len(steps) - steps.index("row_committed")

    killing("sync", runs=[{"kill_at": "completing"}])  # nor does it matter when the sync is killed, too

    def finished() -> bool:
        killing("sync", runs=[{}, {}])  # two at once
        return all(row.status == "scheduled" for row in killing.rows(Appointment))

    eventually(finished)
    assert agree(killing) == len(written)  # what was written is booked, and nothing else was ever sent
    again = killing("book", runs=[run_at(time) for time in times])
    assert all(one.get("appointment") for one in again), again
    assert agree(killing) == 1 + len(steps)


def test_killed_where_it_counts_the_same_wish_again_is_one_appointment(
    sqlite_seeded_url: str, sandbox_url: str, tmp_path: Path
) -> None:
    with driver(sqlite_seeded_url, sandbox_url, tmp_path) as killing:
        times, steps = killed_at_each_step(killing, free_starts(sandbox_url), sample=True)
        again = killing("book", runs=[run_at(time) for time in times])
        assert all(one.get("appointment") for one in again), again
        assert agree(killing) == 1 + len(steps)
