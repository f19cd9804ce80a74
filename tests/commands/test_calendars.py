"""Connected calendars and when they are busy: whose they are and what about is masked."""

from __future__ import annotations

import pytest
from support.salon import Salon


@pytest.fixture(autouse=True)
def mia(salon: Salon) -> None:
    """Let the key be that of the one who has calendars."""
    salon.cli.env["ASKPRO_CALCOM_API_KEY"] = "cal_test_mia"


def test_calendars_are_listed_without_addresses(salon: Salon) -> None:
    listed = salon("calendars", "list", "--json").ok()
    calendars = listed.data["calendars"]
    assert {one["credential_id"] for one in calendars} == {31, 32}
    assert any(one["selected"] for one in calendars)
    for personal in ("mia.muster", "Mia", "fortbildung"):
        assert personal not in listed.stdout
    revealed = salon("calendars", "list", "--reveal", "--json").ok().data["calendars"]
    assert "mia.muster@example.org" in {one["external_id"] for one in revealed}
    rows = [line.split("\t") for line in salon("calendars", "list").ok().stdout.splitlines()]
    assert {row[0] for row in rows} == {"31", "32"}


def test_busy_times_of_the_window_alone_are_shown(salon: Salon) -> None:
    shown = salon("calendars", "busy", "--from", "2026-11-24", "--to", "2026-11-24", "--json").ok()
    [busy] = shown.data["busy"]
    assert (busy["start"], busy["end"]) == ("2026-11-24T12:00:00+01:00", "2026-11-24T13:00:00+01:00")
    assert "Zahnarzt" not in shown.stdout
    assert len(salon("calendars", "busy", "--json").ok().data["busy"]) == 2
    sources = salon("calendars", "busy", "--reveal", "--json").ok().data["busy"]
    assert all(one["source"] for one in sources)


def test_busy_times_are_counted_in_words(salon: Salon) -> None:
    assert "1 busy time in " in salon("calendars", "busy", "--days", "2").ok().stderr
    assert "2 busy times in " in salon("calendars", "busy").ok().stderr


def test_busy_times_in_a_pipe_and_on_a_terminal(salon: Salon) -> None:
    row = salon("calendars", "busy", "--days", "2").ok().stdout.splitlines()[0].split("\t")
    assert row[:2] == ["2026-11-24T12:00:00+01:00", "2026-11-24T13:00:00+01:00"]
    wide = {"NO_COLOR": "1", "COLUMNS": "100"}
    assert "Tue 2026-11-24 12:00" in salon("calendars", "busy", terminal=True, env=wide).ok().stdout


def test_who_has_no_calendar_is_told_so(salon: Salon) -> None:
    salon.cli.env["ASKPRO_CALCOM_API_KEY"] = "cal_test_sandbox"
    assert "no calendar is connected" in salon("calendars", "list").ok().stderr
    assert "no calendar is selected" in salon("calendars", "busy").exits(3).stderr


def test_a_window_that_is_none_is_told_before_the_wire(salon: Salon) -> None:
    salon("calendars", "busy", "--from", "+3d", "--to", "today").exits(2)
    assert list(salon.sandbox.journal.entries()) == []
