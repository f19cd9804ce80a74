"""``askpro db check`` and ``counts``: what somebody changed by hand is found, on every database."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from askpro_cli.base.errors import InvalidValueError, NotFoundError, OutputError
from askpro_cli.base.findings import Severity
from askpro_cli.platform import migrate
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.upkeep.check import check_schema
from askpro_cli.platform.upkeep.counts import Counts, count_tables, load_counts, loss_findings, save_counts

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

# Each statement does one piece of damage; beside it code and subject of the finding that must come of it.
OTHER_LOG = """
CREATE TABLE activity_log (
    id INTEGER NOT NULL PRIMARY KEY, company_id INTEGER, log_name VARCHAR(50), event VARCHAR(10) NOT NULL,
    description TEXT NOT NULL, subject_type VARCHAR(100), subject_id INTEGER, causer_type VARCHAR(100),
    causer_id INTEGER, batch_uuid VARCHAR(40), properties JSON, created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL, extra INTEGER NOT NULL)
"""
ANYWHERE = [
    ("DROP TABLE notifications", "SCH001", "notifications"),
    ("ALTER TABLE companies DROP COLUMN industry", "SCH002", "companies.industry"),
    ("CREATE UNIQUE INDEX one_name ON customers (name)", "SCH009", "customers"),
]
ON_SERVERS = [
    *ANYWHERE,
    ("ALTER TABLE users DROP CONSTRAINT users_email_index", "SCH006", "users"),
    ("ALTER TABLE branches DROP CONSTRAINT branches_company_id_foreign", "SCH007", "branches"),
    ("ALTER TABLE appointments DROP CONSTRAINT appointments_ends_after_start", "SCH008", "appointments"),
    ("ALTER TABLE services ADD CONSTRAINT cheap CHECK (price_cents < 5)", "SCH009", "services"),
    ("ALTER TABLE users ADD CONSTRAINT odd FOREIGN KEY (id) REFERENCES companies (id)", "SCH009", "users"),
    ("ALTER TABLE working_hours DROP CONSTRAINT working_hours_staff_id_foreign", "", ""),
    (
        "ALTER TABLE working_hours ADD FOREIGN KEY (staff_id) REFERENCES staff (id) ON DELETE CASCADE",
        "SCH007",
        "working_hours",
    ),
]
DAMAGE = {
    "sqlite": [
        *ANYWHERE,
        ("DROP INDEX customers_email_index", "SCH005", "customers"),
        ("DROP TABLE activity_log", "", ""),
        (OTHER_LOG, "SCH003", "activity_log.event"),
        ("SELECT 1", "SCH004", "activity_log.log_name"),
        ("SELECT 1", "SCH005", "activity_log"),
        ("SELECT 1", "SCH007", "activity_log"),
        ("SELECT 1", "SCH009", "activity_log.extra"),
    ],
    "postgresql": [
        *ON_SERVERS,
        ("DROP INDEX customers_email_index", "SCH005", "customers"),
        ("ALTER TABLE services ALTER COLUMN name TYPE VARCHAR(10)", "SCH003", "services.name"),
        ("ALTER TABLE calls ALTER COLUMN created_at TYPE TIMESTAMP", "SCH003", "calls.created_at"),
        ("ALTER TABLE calls ALTER COLUMN id DROP DEFAULT", "SCH003", "calls.id"),
        ("ALTER TABLE services ALTER COLUMN name DROP NOT NULL", "SCH004", "services.name"),
    ],
    "mariadb": [
        *ON_SERVERS,
        ("DROP INDEX customers_email_index ON customers", "SCH005", "customers"),
        ("ALTER TABLE services MODIFY name VARCHAR(10)", "SCH003", "services.name"),
        ("SELECT 1", "SCH004", "services.name"),
        ("ALTER TABLE calls MODIFY created_at DATETIME NOT NULL", "SCH003", "calls.created_at"),
        ("ALTER TABLE companies MODIFY slug VARCHAR(63) NOT NULL", "SCH003", "companies.slug"),
        ("ALTER TABLE idempotency_keys ENGINE=MyISAM", "SCH011", "idempotency_keys"),
    ],
}


def run_sql(url: str, *statements: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def family_of(url: str) -> str:
    return url.partition(":")[0].partition("+")[0]


def test_tables_made_by_the_revisions_are_as_the_models_want_them(platform_url: str) -> None:
    checked = check_schema(platform_url)
    assert (checked.findings, checked.notes, checked.tables) == ([], [], 27)


def test_every_kind_of_damage_is_found_and_nothing_else(records_url: str) -> None:
    damage = DAMAGE[family_of(records_url)]
    run_sql(records_url, *(statement for statement, _, _ in damage))
    found = check_schema(records_url)
    assert {(one.code, one.subject) for one in found.findings} == {
        (code, subject) for _, code, subject in damage if code
    }


def test_a_missing_index_comes_with_the_statement_that_makes_it(records_url: str) -> None:
    where = " ON customers" if family_of(records_url) == "mariadb" else ""
    run_sql(records_url, f"DROP INDEX customers_email_index{where}")
    (finding,) = check_schema(records_url).findings
    assert finding.expected == "index customers_email_index on email"
    run_sql(records_url, finding.hint.removesuffix(";"))
    assert check_schema(records_url).findings == []


def test_harmless_things_besides_are_notes(records_url: str) -> None:
    run_sql(
        records_url,
        "CREATE TABLE theirs (id INTEGER)",
        "ALTER TABLE calls ADD COLUMN remark VARCHAR(10)",
        "CREATE INDEX calls_remark ON calls (remark)",
    )
    checked = check_schema(records_url)
    assert checked.findings == []
    assert checked.notes == [
        "column calls.remark is none of askpro's",
        "index calls_remark on calls (remark) is none of askpro's",
        "table theirs is none of askpro's",
    ]


def test_an_index_under_another_name_is_a_note(sqlite_platform_url: str) -> None:
    run_sql(
        sqlite_platform_url,
        "DROP INDEX users_company_id_index",
        "CREATE INDEX by_company ON users (company_id)",
    )
    checked = check_schema(sqlite_platform_url)
    assert checked.findings == []
    assert checked.notes == [
        "index by_company on users (company_id) is called users_company_id_index in the models"
    ]


def test_records_behind_are_one_finding_and_not_compared(empty_database: str) -> None:
    migrate.upgrade(empty_database, to="0003")
    (finding,) = check_schema(empty_database).findings
    assert (finding.code, finding.hint) == ("SCH010", "askpro db upgrade")
    assert finding.actual == f"revision 0003, {len(migrate.status(empty_database).plan)} pending"


def counted(**rows: int) -> Counts:
    return Counts("records.db", "0018", NOW, rows)


def test_rows_of_every_table_are_counted(platform_url: str) -> None:
    stamp = "'2026-01-01 00:00:00', '2026-01-01 00:00:00'"
    run_sql(
        platform_url,
        "INSERT INTO users (name, email, interface_language, is_active, created_at, updated_at)"  # noqa: S608
        f" VALUES ('Lea', 'lea@example.org', 'de', '1', {stamp})",
    )
    rows = count_tables(platform_url, NOW).rows
    assert rows.pop("users") == 1
    assert len(rows) == 26
    assert set(rows.values()) == {0}


def test_a_great_loss_is_an_error_and_any_other_a_warning() -> None:
    before = counted(calls=100, customers=10, staff=4, idempotency_keys=9, users=1)
    after = counted(calls=49, customers=5, staff=4, idempotency_keys=0)
    found = {one.subject: (one.code, one.severity) for one in loss_findings(before, after, threshold=50)}
    assert found == {
        "calls": ("SCH020", Severity.ERROR),
        "customers": ("SCH021", Severity.WARNING),  # half, not more
        "users": ("SCH020", Severity.ERROR),  # the table is gone
    }


def test_more_rows_are_no_loss() -> None:
    assert loss_findings(counted(calls=1), counted(calls=2, customers=5), threshold=0) == []


def test_counts_are_read_back_as_they_were_saved(tmp_path: Path) -> None:
    save_counts(counted(calls=3), tmp_path / "counts.json")
    assert load_counts(tmp_path / "counts.json") == counted(calls=3)
    assert not (tmp_path / "counts.json.new").exists()


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[1]", '{"rows": {}}', json.dumps({"database": "x", "revision": "1", "rows": {"a": "b"}})],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "counts.json").write_text(content)
    with pytest.raises(InvalidValueError, match="holds no saved counts") as caught:
        load_counts(tmp_path / "counts.json")
    assert "--save" in (caught.value.hint or "")


def test_counts_of_another_form_are_refused(tmp_path: Path) -> None:
    save_counts(Counts("x", "1", NOW, {}, askpro_counts="9"), tmp_path / "counts.json")
    with pytest.raises(InvalidValueError, match="a form that this askpro does not know"):
        load_counts(tmp_path / "counts.json")


def test_files_that_cannot_be_reached_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match="No such file"):
        load_counts(tmp_path / "none.json")
    with pytest.raises(OutputError, match="No such file"):
        save_counts(counted(), tmp_path / "none" / "counts.json")


def test_counts_that_could_not_be_saved_leave_nothing_behind(tmp_path: Path) -> None:
    """Not even over something that is no file."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(InvalidValueError, match=name):
            save_counts(counted(), tmp_path / name)
    assert not [path for path in tmp_path.iterdir() if path.suffix]
    assert (tmp_path / "pipe").is_fifo()


def test_an_empty_place_has_nothing_to_count(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there are no records in"):
        count_tables(f"sqlite:///{tmp_path / 'records.db'}", NOW)
