"""``askpro db backup`` and ``restore`` as an operator types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import Cli
from support.records import opened

from askpro_cli.platform.schema import Company


@pytest.fixture
def seeded(cli: Cli, sqlite_seeded_url: str) -> Cli:
    """Return the program over the demo company's records."""
    cli.env["ASKPRO_DATABASE_URL"] = sqlite_seeded_url
    return cli


@pytest.fixture
def backup(seeded: Cli, tmp_path: Path) -> str:
    """Return a backup of the demo company."""
    file = str(tmp_path / "salon.zip")
    seeded("db", "backup", file).ok()
    return file


def test_a_backup_tells_what_is_in_it(seeded: Cli, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    made = seeded("db", "backup", str(file), "--json").ok().data
    assert (made["file"], made["bytes"], made["left_out"]) == (str(file), file.stat().st_size, [])
    rows = {table["table"]: table["rows"] for table in made["tables"]}
    assert (rows["companies"], rows["services"]) == (1, 8)
    assert made["rows"] == sum(rows.values())
    checked = seeded("db", "backup", "--verify", str(file), "--json").ok().data
    assert checked["tables"] == made["tables"]


def test_a_backup_says_that_it_holds_personal_data_and_overwrites_only_when_told(
    seeded: Cli, backup: str
) -> None:
    refused = seeded("db", "backup", backup).exits(2)
    assert "--overwrite" in refused.stderr
    assert "personal data" in seeded("db", "backup", backup, "--overwrite").ok().stderr
    assert "name a file" in seeded("db", "backup", "-").exits(2).stderr


def test_without_records_there_is_nothing_to_back_up(cli: Cli, tmp_path: Path) -> None:
    missing = cli("db", "backup", str(tmp_path / "b.zip"), "--json").exits(3)
    assert str(tmp_path / "state" / "records.db") in missing.json["errors"][0]["message"]
    assert not (tmp_path / "b.zip").exists()
    assert not (tmp_path / "state" / "records.db").exists()


def test_a_damaged_backup_exits_1_and_a_missing_one_3(seeded: Cli, backup: str) -> None:
    content = Path(backup).read_bytes()
    Path(backup).write_bytes(content[: len(content) // 2])
    seeded("db", "backup", "--verify", backup).exits(1)
    seeded("db", "backup", "--verify", "nowhere.zip").exits(3)
    seeded("db", "restore", backup, "--replace", "records.db", "--yes").exits(1)


def test_a_restore_fills_an_empty_database_after_a_yes(
    cli: Cli, backup: str, sqlite_platform_url: str
) -> None:
    cli.env["ASKPRO_DATABASE_URL"] = sqlite_platform_url
    plan = cli("db", "restore", backup, "--dry-run", "--json").ok().data
    assert (plan["dry_run"], plan["removed"]) == (True, {})
    assert "--yes" in cli("db", "restore", backup).exits(2).stderr
    cli("health", "--company", "salon").exits(3)
    done = cli("db", "restore", backup, "--yes", "--json").ok().data
    assert done["rows"] == plan["rows"]
    cli("health", "--company", "salon").ok()


def test_rows_are_replaced_only_when_the_name_is_typed(seeded: Cli, backup: str) -> None:
    with opened(seeded.env["ASKPRO_DATABASE_URL"]) as records:
        records.run_in_transaction(lambda session: session.add(Company(slug="praxis", name="Praxis")))
    assert "not empty" in seeded("db", "restore", backup, "--yes").exits(1).stderr
    wrong = seeded("db", "restore", backup, "--replace", "salon", "--yes").exits(2)
    assert "the database is called 'records.db'" in wrong.stderr
    seeded("health", "--company", "praxis").ok()
    done = seeded("db", "restore", backup, "--replace", "records.db", "--yes", "--json").ok().data
    assert done["removed"]["companies"] == 2
    assert "in place of" in seeded("db", "restore", backup, "--replace", "records.db", "--yes").ok().stderr


def test_a_person_is_asked_with_the_rows_that_would_go(seeded: Cli, backup: str) -> None:
    asked = seeded("db", "restore", backup, "--replace", "records.db", stdin="n\n", terminal=True).exits(1)
    assert "remove 69 rows" in asked.stderr
    seeded("db", "restore", backup, "--replace", "records.db", stdin="y\n", terminal=True).ok()
