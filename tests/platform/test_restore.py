"""Restores: all of a backup or nothing of it, the same rows on every database."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, make_url, select, text
from support.backups import Steps, files_end_at, make_backup, rewrite, take_back
from support.databases import DATABASES
from support.records import Templates, opened

from askpro_cli.base.errors import AskproError, NotFoundError, RecordsError, RefusedError
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.schema import Activity, Call, Company, Customer, Notification
from askpro_cli.platform.upkeep import restore as restoring
from askpro_cli.platform.upkeep.archive import verify

_TESTS = Path(__file__).parents[1]


@pytest.fixture
def salon_backup(sqlite_seeded_url: str, tmp_path: Path) -> Path:
    """Return the backup of the demo company."""
    make_backup(sqlite_seeded_url, tmp_path / "salon.zip")
    return tmp_path / "salon.zip"


def companies(url: str) -> list[str]:
    """Return the slugs that stand in the records."""
    with opened(url) as records:
        return records.run_in_transaction(lambda session: list(session.scalars(select(Company.slug))))


def add_company(url: str, slug: str) -> int:
    """Add a company and return its key."""

    def work(session: Any) -> int:
        company = Company(slug=slug, name=slug)
        session.add(company)
        session.flush()
        return company.id

    with opened(url) as records:
        return records.run_in_transaction(work)


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
_TEXTS = st.one_of(st.none(), _TEXT, st.sampled_from(["Grüße 💇‍♀️", "Łódź", "  ", "'; --", "\u2028", "\\"]))
_INSTANT = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds it
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_CUSTOMER = st.fixed_dictionaries(
    {
        "name": _TEXT,
        "notes": _TEXTS,
        "tags": st.none() | st.lists(_JSON, max_size=3),
        "phone_variants": st.none() | st.lists(st.just("+493023125007"), max_size=2),
        "created_at": _INSTANT,
        "updated_at": _INSTANT,
        "last_call_at": st.none() | _INSTANT,
    }
)
_CALL = st.fixed_dictionaries(
    {
        "transcript": _TEXTS,
        "raw": st.none() | st.dictionaries(_TEXT, _JSON, max_size=4),
        "call_successful": st.none() | st.booleans(),
        "cost_cents": st.none() | st.integers(-(2**31), 2**31 - 1),
        "start_timestamp": st.none() | _INSTANT,
        "created_at": _INSTANT,
        "updated_at": _INSTANT,
    }
)


@pytest.fixture(scope="module")
def three(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A database of each family for the whole module."""
    folder = tmp_path_factory.mktemp("three")
    with ExitStack() as stack:
        yield {
            family: stack.enter_context(templates.copy(family, folder / "records.db")) for family in DATABASES
        }


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(customers=st.lists(_CUSTOMER, max_size=4), calls=st.lists(_CALL, max_size=4))
def test_rows_go_round_all_databases_and_come_back_the_same(
    three: dict[str, str], tmp_path: Path, customers: list[dict[str, Any]], calls: list[dict[str, Any]]
) -> None:
    first = _fill(three["sqlite"], customers, calls)
    file = tmp_path / "round.zip"
    kept = make_backup(three["sqlite"], file, overwrite=True).manifest.tables
    for family in ("postgresql", "mariadb", "sqlite"):
        take_back(three[family], file, replace=True)
        assert make_backup(three[family], file, overwrite=True).manifest.tables == kept
    assert _rows(three["sqlite"]) == first


def _fill(url: str, customers: list[dict[str, Any]], calls: list[dict[str, Any]]) -> list[Any]:
    """Put rows in place of those that are there, and return them as they are read."""
    stamp = datetime(2026, 11, 23, tzinfo=UTC)
    engine = open_engine(url)
    with engine.begin() as connection:
        for model in (Notification, Call, Customer, Company):
            connection.execute(delete(model))
        connection.execute(
            insert(Company), [{"id": 7, "slug": "s", "name": "S", "created_at": stamp, "updated_at": stamp}]
        )
        for number, row in enumerate(customers):
            connection.execute(insert(Customer), [{"company_id": 7, "id": 2**40 + number, **row}])
        for number, row in enumerate(calls):
            connection.execute(insert(Call), [{"company_id": 7, "retell_call_id": f"c{number}", **row}])
    engine.dispose()
    return _rows(url)


def _rows(url: str) -> list[Any]:
    engine = open_engine(url, read_only=True)
    with engine.connect() as connection:
        found = [
            connection.execute(select(model.__table__).order_by(model.id)).all()
            for model in (Company, Customer, Call)
        ]
    engine.dispose()
    return found


def test_more_rows_than_a_batch_come_back_in_order(platform_url: str, tmp_path: Path) -> None:
    def many(session: Any) -> None:
        session.add_all(Activity(event="e", description=f"{number}") for number in range(1203))

    with opened(platform_url) as records:
        records.platform_wide("test").run_in_transaction(many)
    made = make_backup(platform_url, tmp_path / "b.zip").manifest
    steps = Steps()
    assert take_back(platform_url, tmp_path / "b.zip", replace=True, meter=steps) == made
    assert steps.seen == [("restoring", 1203), ("comparing", 1203)]


def test_new_rows_count_on_behind_those_restored_into_an_empty_database(
    platform_url: str, salon_backup: Path
) -> None:
    take_back(platform_url, salon_backup)
    assert add_company(platform_url, "praxis") > 1


def test_rows_are_kept_unless_replaced_and_new_ones_count_on_behind_the_restored(
    platform_url: str, salon_backup: Path
) -> None:
    add_company(platform_url, "praxis")
    with pytest.raises(RefusedError, match="not empty: 1 rows in companies"):
        take_back(platform_url, salon_backup)
    assert companies(platform_url) == ["praxis"]
    take_back(platform_url, salon_backup, replace=True)
    assert companies(platform_url) == ["salon"]
    with opened(platform_url) as records:
        assert records.for_company("salon").company_id == 1
    assert add_company(platform_url, "praxis") > 1


def test_a_restore_that_fails_late_leaves_the_rows_that_were_there(
    sqlite_platform_url: str, salon_backup: Path
) -> None:
    add_company(sqlite_platform_url, "praxis")

    def fail() -> None:
        message = "the lights went out"
        raise AskproError(message)

    with pytest.raises(AskproError, match="lights"):
        take_back(sqlite_platform_url, salon_backup, replace=True, meter=Steps("comparing", fail))
    assert companies(sqlite_platform_url) == ["praxis"]


def test_a_killed_restore_leaves_the_rows_that_were_there(platform_url: str, salon_backup: Path) -> None:
    add_company(platform_url, "praxis")
    source = (
        "import os, signal\nfrom pathlib import Path\nfrom support.backups import Steps, take_back\n"
        "meter = Steps('comparing', lambda: os.kill(os.getpid(), signal.SIGKILL))\n"
        f"take_back({platform_url!r}, Path({str(salon_backup)!r}), replace=True, meter=meter)\n"
    )
    done = subprocess.run([sys.executable, "-c", source], cwd=_TESTS, check=False)
    assert done.returncode == -signal.SIGKILL
    assert companies(platform_url) == ["praxis"]
    take_back(platform_url, salon_backup, replace=True)
    assert companies(platform_url) == ["salon"]


def test_a_database_that_goes_away_meanwhile_is_told_and_keeps_its_rows(
    platform_url: str, salon_backup: Path
) -> None:
    family = make_url(platform_url).get_backend_name()
    if family == "sqlite":  # nothing that could go away
        return
    add_company(platform_url, "praxis")
    with pytest.raises(RecordsError, match="could not restore the records"):
        take_back(
            platform_url,
            salon_backup,
            replace=True,
            meter=Steps("restoring", lambda: _cut_others(platform_url, family)),
        )
    assert companies(platform_url) == ["praxis"]


def _cut_others(url: str, family: str) -> None:
    """End every other session on the database, as a server that restarts does."""
    engine = open_engine(url)
    with engine.begin() as connection:
        if family == "postgresql":
            others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        else:
            others = "FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            for number in connection.scalars(text(f"SELECT id {others}")).all():
                connection.execute(text(f"KILL {number}"))
    engine.dispose()


def test_rows_that_others_write_meanwhile_are_noticed(
    templates: Templates, salon_backup: Path, tmp_path: Path
) -> None:
    """MariaDB locks no whole table for us; PostgreSQL and SQLite let the others wait."""
    with templates.copy("mariadb", tmp_path) as url:

        def write() -> None:
            with opened(url) as records:
                row = Activity(event="late", description="while the backup was restored")
                records.platform_wide("test").run_in_transaction(lambda session: session.add(row))

        with pytest.raises(RecordsError, match=r"activity_log .* is not as the backup says"):
            take_back(url, salon_backup, meter=Steps("restoring", write))
        assert companies(url) == []


def test_tables_of_another_revision_are_refused(sqlite_platform_url: str, salon_backup: Path) -> None:
    with opened(sqlite_platform_url) as records, records.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0017'"))
    with pytest.raises(RefusedError, match="the backup is of revision") as caught:
        take_back(sqlite_platform_url, salon_backup)
    assert "askpro db upgrade" in (caught.value.hint or "")


def test_a_backup_without_one_of_the_tables_is_refused(sqlite_platform_url: str, salon_backup: Path) -> None:
    rewrite(
        salon_backup, "manifest.json", lambda content: content.replace(b'"activity_log"', b'"activity_lag"')
    )
    with pytest.raises(RefusedError, match="activity_lag, activity_log"):
        take_back(sqlite_platform_url, salon_backup)


@pytest.mark.parametrize("line", [b"{}", b"[]", b"no json"])
def test_a_line_that_is_no_row_stops_it(sqlite_platform_url: str, salon_backup: Path, line: bytes) -> None:
    rewrite(salon_backup, "tables/companies.ndjson", lambda _: line + b"\n")
    with pytest.raises(RefusedError, match="damaged: table companies has a line that is no row"):
        take_back(sqlite_platform_url, salon_backup)
    assert companies(sqlite_platform_url) == []


def test_a_row_that_was_changed_in_the_file_is_not_restored(
    sqlite_platform_url: str, salon_backup: Path
) -> None:
    rewrite(salon_backup, "tables/services.ndjson", lambda rows: rows.replace(b"3200", b"3201"))
    with pytest.raises(RecordsError, match=r"services .* is not as the backup says"):
        take_back(sqlite_platform_url, salon_backup)
    assert companies(sqlite_platform_url) == []


def test_a_full_disk_takes_the_restore_back(sqlite_platform_url: str, salon_backup: Path) -> None:
    with files_end_at(50_000), pytest.raises(RecordsError) as caught:
        take_back(sqlite_platform_url, salon_backup)
    assert "free space" in (caught.value.hint or "")
    assert companies(sqlite_platform_url) == []


def test_an_empty_database_without_tables_is_told(tmp_path: Path, salon_backup: Path) -> None:
    (tmp_path / "empty.db").touch()
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises((NotFoundError, RecordsError)) as caught:
        restoring.look_at_target(engine, verify(salon_backup), replace=False)
    assert "askpro db upgrade" in (caught.value.hint or "")
    engine.dispose()
