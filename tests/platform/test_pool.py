"""The connections to the records: limited, counted, replaced when dead, and read-only where only read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, text
from support.records import QuietLog
from support.salon import Salon

from askpro_cli.base.errors import RecordsError
from askpro_cli.platform import liveness
from askpro_cli.platform.bounded import table_of
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.pool import PoolSettings, flush_pool, pool_counts, pool_figures
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Company
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.shell.context import App
from askpro_cli.state.sqlite_store import SqliteStore

_NOW = datetime(2026, 1, 5, tzinfo=UTC)
_ACME = {"slug": "acme", "name": "Acme", "created_at": _NOW, "updated_at": _NOW}
_companies = table_of(Company)
TINY = PoolSettings(size=1, overflow=1, timeout=0.05)


@pytest.fixture
def engine(platform_url: str) -> Iterator[Engine]:
    made = open_engine(platform_url, pool=TINY)
    yield made
    made.dispose()


def one(connection: Connection) -> int:
    return int(connection.scalar(text("SELECT 1")) or 0)


def test_who_finds_all_connections_in_use_waits_no_longer_than_set(engine: Engine, tmp_path: Path) -> None:
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(engine.connect())
        figures = pool_figures(engine)
        assert (figures.limit, figures.checked_out, figures.idle, figures.overflow) == (2, 2, 0, 1)
        with pytest.raises(RecordsError, match="too many threads"):
            run_in_transaction(engine, one)
    assert run_in_transaction(engine, one) == 1
    figures = pool_figures(engine)
    assert (figures.checked_out, figures.idle, figures.connects) == (0, 1, 2)
    assert (figures.waits, figures.timeouts) == (1, 1)
    assert figures.waited_ms >= 50
    _hand_over(engine, tmp_path)


def _hand_over(engine: Engine, folder: Path) -> None:
    """Show that the counts outlive the connections, and reach the shared state once."""
    store = SqliteStore(folder / "state.db", "salon")
    engine.dispose()
    flush_pool(engine, store)
    flush_pool(engine, store)
    told = pool_counts(store)
    assert (told["connects"], told["waits"], told["timeouts"], told["invalidated"]) == (2, 1, 1, 0)
    store.close()


@pytest.mark.parametrize("trusted", [0.0, liveness.TRUSTED_SECONDS])
def test_a_connection_that_the_server_closed_is_replaced_before_its_use(
    engine: Engine, trusted: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has no server: its connection is simply used again."""
    monkeypatch.setattr(liveness, "TRUSTED_SECONDS", trusted)
    if engine.dialect.name == "sqlite":
        return
    _kill(engine)
    assert run_in_transaction(engine, one) == 1
    assert pool_figures(engine).invalidated >= 1


def test_a_transaction_runs_again_when_its_connection_died_unseen_before_its_first_statement(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "_has_news", lambda _connection: False)
    if engine.dialect.name == "sqlite":
        return
    _kill(engine)
    assert run_in_transaction(engine, one) == 1
    _kill(engine)
    with pytest.raises(RecordsError):
        run_in_transaction(engine, one, attempts=1)


def _kill(engine: Engine) -> None:
    """Let the server close the connection that the engine has given back."""
    family = engine.dialect.name
    ask = {"postgresql": "SELECT pg_backend_pid()", "mariadb": "SELECT CONNECTION_ID()"}[family]
    kill = {"postgresql": "SELECT pg_terminate_backend({}, 5000)", "mariadb": "KILL {}"}[family]
    number = run_in_transaction(engine, lambda connection: int(connection.scalar(text(ask)) or 0))
    other = open_engine(engine.url.render_as_string(hide_password=False))
    with other.connect() as killer:
        killer.execute(text(kill.format(number)))
    other.dispose()


def test_one_who_forgets_to_end_a_transaction_leaves_nothing_open(engine: Engine) -> None:
    """A connection is rolled back when it is given back, also after one that was committed."""
    run_in_transaction(engine, lambda connection: connection.execute(insert(_companies), _ACME))
    with pytest.raises(ZeroDivisionError):
        run_in_transaction(engine, lambda connection: connection.execute(delete(_companies)).rowcount / 0)
    raw = engine.raw_connection()
    if engine.dialect.name == "sqlite":
        raw.cursor().execute("BEGIN IMMEDIATE")
    raw.cursor().execute("DELETE FROM companies")
    raw.close()
    there = select(func.count()).select_from(_companies)
    assert run_in_transaction(engine, lambda connection: connection.scalar(there)) == 1


def test_a_write_through_a_reader_is_refused_and_nothing_is_written(platform_url: str) -> None:
    reader = open_engine(platform_url, read_only=True)
    reading = Records(reader, log=QuietLog())
    with pytest.raises(RecordsError, match=r"(?i)read.?only"):
        reading.run_in_transaction(lambda session: session.add(Company(slug="x", name="X")))
    assert reading.run_in_transaction(lambda session: session.scalars(select(Company)).all()) == []
    reader.dispose()


def test_an_old_connection_is_replaced(engine: Engine) -> None:
    old = open_engine(engine.url.render_as_string(hide_password=False), pool=PoolSettings(recycle=0))
    run_in_transaction(old, one)
    before = pool_figures(old).connects
    run_in_transaction(old, one)
    assert pool_figures(old).connects == before + (engine.dialect.name != "sqlite")
    old.dispose()


def test_health_tells_of_the_connections_of_all_runs(salon: Salon) -> None:
    salon.book().ok()
    told = salon("health", "--json").ok().data["records"]
    assert (told["pool"]["limit"], told["pool"]["timeouts"]) == (15, 0)
    assert told["pool"]["connects"] >= 1
    assert told["transactions"]["committed"] >= 1


def test_the_settings_reach_the_pool(salon: Salon) -> None:
    salon.cli.env |= {"ASKPRO_DATABASE_POOL_SIZE": "2", "ASKPRO_DATABASE_POOL_OVERFLOW": "1"}
    salon.book().ok()
    assert salon("health", "--json").ok().data["records"]["pool"]["limit"] == 3


def test_the_time_limit_of_the_settings_breaks_a_statement_off(sqlite_platform_url: str) -> None:
    env = {"ASKPRO_DATABASE_URL": sqlite_platform_url, "ASKPRO_DATABASE_STATEMENT_TIMEOUT": "0.1"}
    app = App.for_tests(env=env)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(RecordsError) as caught:
        run_in_transaction(app.records(), lambda connection: connection.execute(text(endless)).all())
    assert "longer than allowed" in (caught.value.hint or "")
    app.close()
