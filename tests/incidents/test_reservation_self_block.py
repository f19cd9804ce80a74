"""Incident reservation-self-block: the platform's own reservation kept its own booking from the slot.

A reservation hides the slot from everybody, its holder too. The platform held the slot, then looked whether
it was free, and told the caller that it was taken; a reservation that was never given back did the same to
the next run. Here the look comes before the hold, and what a run left held is given back first. A look after
the hold, or a hold left standing, fails these tests.
"""

from __future__ import annotations

from pathlib import Path

from support.driving import driver, free_starts
from support.flow import FlowPlace, wish


def test_holding_the_slot_does_not_keep_its_holder_from_it(sqlite_flow_place: FlowPlace) -> None:
    steps: list[str] = []
    booked = sqlite_flow_place.book(wish(reserve=True), at_step=steps.append)
    assert booked.hold == "the slot was held meanwhile"
    assert steps.index("rechecked") < steps.index("slot_held") < steps.index("answered")
    assert "hold_given_back" in steps
    assert len(sqlite_flow_place.agree()) == 1


def test_the_same_wish_twice_at_once_with_a_hold_is_one_appointment(sqlite_flow_place: FlowPlace) -> None:
    outcomes = sqlite_flow_place.book_all([wish(reserve=True)] * 3)
    assert not [one for one in outcomes if isinstance(one, BaseException)]
    assert len(sqlite_flow_place.agree()) == 1


def test_what_a_killed_run_left_held_blocks_neither_the_next_run_nor_the_sync(
    sqlite_seeded_url: str, sandbox_url: str, tmp_path: Path
) -> None:
    with driver(sqlite_seeded_url, sandbox_url, tmp_path) as run:
        starts = free_starts(sandbox_url)
        first, second = ({"wish": {"start": next(starts), "reserve": True}} for _ in range(2))
        run("book", runs=[one | {"kill_at": "slot_held"} for one in (first, second)])
        (again,) = run("book", runs=[first])
        assert again.get("appointment"), again
        (synced,) = run("sync")
        assert [did for _, did in synced["did"]] == ["finished"]
        assert len(run.remote()) == 2
