"""A hundred processes for ten times of one person; thirty on a server, which shows the same."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from support.driving import driver, free_starts
from support.seeded import SeededTemplates

from askpro_cli.platform.schema import CalcomBooking


def who(number: int, start: str) -> dict[str, Any]:
    """Return the wish of one of a hundred."""
    phone = f"+49302312{5001 + number:04}"
    return {"start": start, "name": f"Gast {number}", "email": f"gast{number}@example.org", "phone": phone}


@pytest.mark.parametrize(("family", "count"), [("sqlite", 100), ("postgresql", 30)])
def test_many_processes_for_ten_times_make_ten_appointments(
    family: str, count: int, seeded_templates: SeededTemplates, sandbox_url: str, tmp_path: Path
) -> None:
    with (
        seeded_templates.copy(family, tmp_path / "records.db") as url,
        driver(url, sandbox_url, tmp_path) as run,
    ):
        times = list(islice(free_starts(sandbox_url), 10))
        told = run("book", runs=[{"wish": who(number, times[number % 10])} for number in range(count)])
        booked = [one["appointment"] for one in told if "appointment" in one]
        assert len(set(booked)) == len(booked) == 10, told
        assert [one["error"] for one in told if "error" in one] == ["SlotUnavailableError"] * (count - 10)
        assert len(run.remote()) == len(run.rows(CalcomBooking)) == 10
