"""Teams: those the key sees, their event types and hosts."""

from __future__ import annotations

import pytest
from support.salon import Salon


def test_teams_are_listed(salon: Salon) -> None:
    [team] = salon("teams", "list", "--json").ok().data["teams"]
    assert (team["id"], team["slug"]) == (201, "salon-team")
    assert salon("teams", "list").ok().stdout.startswith("201\tsalon-team\t")


@pytest.mark.parametrize("name", ["201", "salon-team"])
def test_a_team_is_shown_by_id_or_slug_with_event_types_and_masked_hosts(salon: Salon, name: str) -> None:
    shown = salon("teams", "show", name, "--json").ok()
    team = shown.data["team"]
    assert {"id": 2001, "reference": "salon-team/haarschnitt"}.items() <= team["event_types"][0].items()
    assert team["hosts"]
    assert "Muster" not in shown.stdout
    revealed = salon("teams", "show", name, "--reveal", "--json").ok().data["team"]["hosts"]
    assert any("Muster" in (host["name"] or "") for host in revealed)


def test_a_team_the_key_does_not_see_exits_3_with_the_nearest_name(salon: Salon) -> None:
    lost = salon("teams", "show", "salonteam").exits(3)
    assert "did you mean salon-team?" in lost.stderr
    assert "askpro teams list" in salon("teams", "show", "xyz").exits(3).stderr
