"""``askpro db``: where the records stand, and bringing them up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from support.cli import Cli
from support.databases import private_database

from askpro_cli.platform import migrate
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.revisions import OURS
from askpro_cli.platform.schema import Base
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


def test_check_says_that_the_tables_are_as_they_should_be(cli: Cli) -> None:
    assert "pending" in cli("db", "check").exits(1).stdout
    cli("db", "upgrade", "--yes").ok()
    good = cli("db", "check").ok()
    assert f"{len(Base.metadata.tables)} tables" in good.stderr
    assert good.stdout == ""


def test_check_tells_what_is_missing_with_its_code(cli: Cli, tmp_path: Path) -> None:
    cli("db", "upgrade", "--yes").ok()
    with closing(sqlite3.connect(tmp_path / "state" / "records.db")) as connection:
        connection.execute("DROP INDEX users_company_id_index")
        connection.execute("CREATE TABLE theirs (id INTEGER)")
        connection.commit()
    shown = cli("db", "check", "--json").exits(1).json
    assert shown["findings"] == [
        {
            "code": "SCH005",
            "subject": "users",
            "expected": "index users_company_id_index on company_id",
            "actual": "none",
            "hint": "CREATE INDEX users_company_id_index ON users (company_id);",
            "severity": "warning",
        }
    ]
    assert shown["data"]["notes"] == ["table theirs is none of askpro's"]
    told = cli("db", "check").exits(1).stderr
    assert "note: table theirs" in told
    assert "users lacks its index users_company_id_index on company_id" in told


def test_what_cannot_be_read_is_could_not_check(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "records.db").write_bytes(b"damaged" * 1000)
    for command in ("check", "counts"):
        assert cli("db", command, "--json").exits(5).json["errors"][0]["code"] == "records_unavailable"
    nobody = {"ASKPRO_DATABASE_URL": "postgresql://askpro@127.0.0.1:9/askpro"}
    cli("db", "check", env=nobody).exits(5)


def test_rows_that_went_missing_raise_the_alarm(cli: Cli, tmp_path: Path) -> None:
    cli("db", "upgrade", "--yes").ok()
    cli("db", "seed", "--yes").ok()
    saved = tmp_path / "counts.json"
    cli("db", "counts", "--save", str(saved)).ok()
    assert cli("db", "counts", "--compare", str(saved)).ok().stdout.splitlines()[0].endswith("\t+0")
    with closing(sqlite3.connect(tmp_path / "state" / "records.db")) as connection:
        connection.execute("DELETE FROM working_hours")
        connection.commit()
    before = saved.read_text()
    shown = cli("db", "counts", "--compare", str(saved), "--save", str(saved), "--json").exits(1).json
    assert [(one["code"], one["subject"]) for one in shown["findings"]] == [("SCH020", "working_hours")]
    assert shown["data"]["rows"]["working_hours"] == 0
    assert saved.read_text() == before
    cli("db", "counts", "--compare", str(saved), "--threshold", "101").exits(2)
    cli("db", "counts", "--compare", str(tmp_path / "none.json")).exits(2)


def test_an_upgrade_tells_that_no_row_was_lost(cli: Cli, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'state' / 'records.db'}"
    migrate.upgrade(url, to="0026")  # before a table that comes with the next revision
    with closing(sqlite3.connect(tmp_path / "state" / "records.db")) as connection:
        connection.execute(
            "INSERT INTO users (name, email, interface_language, is_active, created_at, updated_at)"
            " VALUES ('Lea', 'lea@example.org', 'de', 1, '2026-01-01', '2026-01-01')"
        )
        connection.commit()
    done = cli("db", "upgrade", "--yes", "--json").ok().data
    assert done["rows"]["before"]["users"] == done["rows"]["after"]["users"] == 1
    assert len(done["rows"]["after"]) == len(done["rows"]["before"]) + 1


def test_a_half_applied_revision_is_named_and_finished(cli: Cli) -> None:
    with private_database("mariadb") as url:
        cli.env["ASKPRO_DATABASE_URL"] = url
        migrate.upgrade(url, to="0002")
        engine = open_engine(url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        engine.dispose()
        shown = cli("db", "status", "--json").exits(1).data
        assert (shown["current"], shown["half_applied"]) == ("0001", ["0002"])
        assert "revision 0002 is half applied: its table companies is there" in cli("db", "status").stderr
        assert "half applied: 0002" in cli("db", "check").exits(1).stderr
        assert cli("db", "upgrade", "--yes", "--json").ok().data["applied"] == ALL[1:]
        cli("db", "check").ok()


def test_records_of_a_newer_askpro_are_left_alone(cli: Cli, tmp_path: Path) -> None:
    cli("db", "upgrade", "--yes").ok()
    with closing(sqlite3.connect(tmp_path / "state" / "records.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    for command in ("status", "upgrade", "check", "counts"):
        told = cli("db", command).exits(5).stderr
        assert "at revision 9999, which this askpro does not know" in told
        assert "upgrade askpro to the version that made them" in told
