"""``askpro db``: where the records stand, and bringing them up to date."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import Cli
from support.databases import private_database

from askpro_cli.platform.revisions import OURS
from askpro_cli.platform.tables import HEAD

ALL = [revision.id for revision in OURS.all()]


def test_status_of_a_fresh_machine_names_file_and_remedy_and_makes_nothing(cli: Cli, tmp_path: Path) -> None:
    shown = cli("db", "status", "--json").exits(1)
    assert shown.data == {
        "database": str(tmp_path / "state" / "records.db"),
        "current": None,
        "head": HEAD,
        "pending": ALL,
        "half_applied": [],
    }
    assert "askpro db upgrade" in cli("db", "status").stderr
    assert not (tmp_path / "state" / "records.db").exists()


def test_upgrade_shows_its_plan_then_does_it_once(cli: Cli, tmp_path: Path) -> None:
    plan = cli("db", "upgrade", "--dry-run", "--json").ok().data
    assert (plan["dry_run"], plan["applied"], plan["pending"]) == (True, [], ALL)
    assert not (tmp_path / "state" / "records.db").exists()
    done = cli("db", "upgrade", "--yes", "--json").ok().data
    assert (done["from"], done["to"], done["applied"], done["pending"]) == (None, HEAD, ALL, [])
    again = cli("db", "upgrade").ok()
    assert again.stdout == ""
    assert f"at revision {HEAD} already" in again.stderr
    assert cli("db", "status", "--json").ok().data["pending"] == []


def test_upgrade_off_a_terminal_needs_yes(cli: Cli, tmp_path: Path) -> None:
    refused = cli("db", "upgrade").exits(2)
    assert "--yes" in refused.stderr
    assert not (tmp_path / "state" / "records.db").exists()


def test_a_person_may_say_yes_or_no(cli: Cli) -> None:
    asked = cli("db", "upgrade", stdin="n\n", terminal=True).exits(1)
    assert "will apply 0001: Idempotency keys (makes idempotency_keys)" in asked.stderr
    cli("db", "upgrade", stdin="y\n", terminal=True).ok()
    cli("db", "status").ok()


def test_a_damaged_file_is_could_not_check(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "records.db").write_bytes(b"damaged" * 1000)
    shown = cli("db", "status", "--json").exits(5)
    assert shown.json["errors"][0]["code"] == "records_unavailable"
    assert "backup" in shown.json["errors"][0]["hint"]


def test_a_bad_url_is_a_usage_error_without_the_password(cli: Cli) -> None:
    shown = cli("db", "status", "--json", env={"ASKPRO_DATABASE_URL": "oracle://u:secret@h/x"}).exits(2)
    assert "secret" not in shown.stdout + shown.stderr


@pytest.mark.parametrize("family", ["postgresql", "mariadb"])
def test_a_server_is_upgraded_and_shown_without_user(cli: Cli, family: str) -> None:
    with private_database(family) as url:
        env = {"ASKPRO_DATABASE_URL": url}
        assert cli("db", "upgrade", "--yes", "--json", env=env).ok().data["applied"] == ALL
        shown = cli("db", "status", "--json", env=env).ok().data["database"]
    assert shown.startswith(f"{family}://")
    assert "@" not in shown


def test_a_revision_is_not_taken_back(cli: Cli) -> None:
    refused = cli("db", "downgrade").exits(1)
    assert "rows written since would be lost" in refused.stderr
    assert "askpro db restore" in refused.stderr
