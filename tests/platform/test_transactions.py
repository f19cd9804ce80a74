"""The transaction helper and the engine: rolled back, run again when only in the way, told when broken."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import (
    Connection,
    Engine,
    QueuePool,
    create_engine,
    func,
    insert,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import OperationalError
from support.databases import private_database
from support.processes import race

from askpro_cli.base.errors import AskproError, ConfigError, RecordsError, RefusedError
from askpro_cli.platform import dialects
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.migrate import upgrade
from askpro_cli.platform.tables import idempotency_keys as keys
from askpro_cli.platform.transactions import in_transaction, run_in_transaction


def row(name: str) -> dict[str, object]:
    return {
        "company": "salon",
        "key_hash": name,
        "content_hash": "c",
        "state": "claimed",
        "token": "t",
        "lease_until_ms": 0,
        "created_at_ms": 0,
        "expires_at_ms": 2**52,
    }


def add(connection: Connection, name: str = "k") -> str:
    connection.execute(insert(keys).values(row(name)))
    return name


def rows(engine: Engine) -> int:
    found = run_in_transaction(
        engine, lambda connection: connection.scalar(select(func.count()).select_from(keys))
    )
    return int(found or 0)


def no_sleep(seconds: float) -> None:
    assert 0 < seconds < 2


def test_what_was_done_is_there_for_others_when_it_returns(records: Engine, records_url: str) -> None:
    assert run_in_transaction(records, add) == "k"
    other = open_engine(records_url)
    assert rows(other) == 1
    other.dispose()


@pytest.mark.parametrize("error", [RefusedError("no"), KeyboardInterrupt(), ValueError("bug")])
def test_every_exception_rolls_back_and_passes_unchanged(records: Engine, error: BaseException) -> None:
    def work(connection: Connection) -> None:
        add(connection)
        raise error

    with pytest.raises(type(error)) as caught:
        run_in_transaction(records, work)
    assert caught.value is error
    assert rows(records) == 0


def test_the_flag_tells_who_is_inside_a_transaction(sqlite_records: Engine) -> None:
    assert not in_transaction()
    assert run_in_transaction(sqlite_records, lambda _: in_transaction())
    assert not in_transaction()
    with pytest.raises(RecordsError):
        run_in_transaction(sqlite_records, lambda connection: connection.execute(text("SELECT nonsense")))
    assert not in_transaction()


def test_the_flag_of_one_thread_is_not_anothers(sqlite_records: Engine) -> None:
    seen: list[bool] = []

    def work(_: Connection) -> None:
        thread = threading.Thread(target=lambda: seen.append(in_transaction()))
        thread.start()
        thread.join()

    run_in_transaction(sqlite_records, work)
    assert seen == [False]


def test_a_transaction_inside_another_is_a_mistake_told_at_once(sqlite_records: Engine) -> None:
    with pytest.raises(AskproError, match="inside another") as caught:
        run_in_transaction(sqlite_records, lambda _: run_in_transaction(sqlite_records, add))
    assert caught.value.exit_code == 70
    with pytest.raises(AskproError, match="at least one"):
        run_in_transaction(sqlite_records, add, attempts=0)


@pytest.mark.parametrize("family", ["postgresql", "mariadb"])
def test_a_deadlock_is_run_again_until_both_are_done(family: str) -> None:
    with private_database(family) as url:
        upgrade(url)
        engine = open_engine(url)
        run_in_transaction(engine, lambda connection: [add(connection, name) for name in "ab"])
        meeting = threading.Barrier(2, timeout=20)
        tries: list[str] = []

        def cross(first: str, second: str) -> None:
            def work(connection: Connection) -> None:
                tries.append(first)
                for name in (first, second):
                    bump = (
                        update(keys)
                        .where(keys.c.key_hash == name)
                        .values(lease_until_ms=keys.c.lease_until_ms + 1)
                    )
                    connection.execute(bump)
                    if name == first and len(tries) <= 2:
                        meeting.wait()

            run_in_transaction(engine, work)

        threads = [threading.Thread(target=cross, args=pair) for pair in (("a", "b"), ("b", "a"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        total = run_in_transaction(
            engine, lambda connection: connection.scalar(select(func.sum(keys.c.lease_until_ms)))
        )
        engine.dispose()
    assert total == 4
    assert len(tries) > 2


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("busy")
    error.sqlite_errorcode = code
    return error


IN_THE_WAY: dict[str, Exception] = {
    "PostgreSQL, serialisation": psycopg.errors.SerializationFailure(),
    "PostgreSQL, deadlock": psycopg.errors.DeadlockDetected(),
    "PostgreSQL, lock": psycopg.errors.LockNotAvailable(),
    "MariaDB, lock wait": Exception(1205, "Lock wait timeout exceeded"),
    "MariaDB, deadlock": Exception(1213, "Deadlock found"),
    "MariaDB, deadlock behind a savepoint": Exception(1305, "SAVEPOINT sa_savepoint_1 does not exist"),
    "MariaDB, changed meanwhile": Exception(1020, "Record has changed since last read"),
    "PostgreSQL, full": psycopg.OperationalError("FATAL:  sorry, too many clients already"),
    "MariaDB, full": Exception(1040, "Too many connections"),
    "SQLite, busy": sqlite_error(sqlite3.SQLITE_BUSY),
    "SQLite, busy with an older look": sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT),
    "SQLite, locked": sqlite_error(sqlite3.SQLITE_LOCKED),
}
OTHERS: dict[str, Exception] = {
    "PostgreSQL, row refused": psycopg.errors.UniqueViolation(),
    "PostgreSQL, took too long": psycopg.errors.QueryCanceled(),
    "MariaDB, row refused": Exception(1062, "Duplicate entry"),
    "MariaDB, took too long": Exception(1969, "max_statement_time exceeded"),
    "MariaDB, syntax": Exception(1064, "syntax"),
    "nothing known of it": Exception(),
    "SQLite, full": sqlite_error(sqlite3.SQLITE_FULL),
}


@pytest.mark.parametrize("name", [*IN_THE_WAY, *OTHERS])
def test_what_another_transaction_caused_is_run_again_and_nothing_else(
    sqlite_records: Engine, name: str
) -> None:
    tries: list[int] = []

    def work(_: Connection) -> None:
        tries.append(1)
        raise OperationalError("UPDATE", {}, {**IN_THE_WAY, **OTHERS}[name])

    with pytest.raises(RecordsError):
        run_in_transaction(sqlite_records, work, sleep=no_sleep)
    assert len(tries) == (3 if name in IN_THE_WAY else 1)


def test_many_writers_on_sqlite_wait_for_each_other_and_lose_nothing(sqlite_records: Engine) -> None:
    source = (
        "import os\nfrom sqlalchemy import insert\nfrom askpro_cli.platform.engine import open_engine\n"
        "from askpro_cli.platform.tables import idempotency_keys as keys\n"
        "from askpro_cli.platform.transactions import run_in_transaction\n"
        f"engine = open_engine({str(sqlite_records.url)!r})\n"
        f"row = {row('')!r}\n"
        "for number in range(20):\n"
        "    one = row | {'key_hash': f'{os.getpid()}-{number}'}\n"
        "    run_in_transaction(engine, lambda c: c.execute(insert(keys).values(one)))\n"
        "engine.dispose()\n"
    )
    race(source, 5)
    assert rows(sqlite_records) == 100


def test_a_busy_database_is_tried_three_times_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialects, "SQLITE_BUSY_SECONDS", 0.01)
    url = f"sqlite:///{tmp_path / 'records.db'}"
    upgrade(url)
    engine = open_engine(url)
    pauses: list[float] = []
    with closing(sqlite3.connect(tmp_path / "records.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordsError, match="locked") as caught:
            run_in_transaction(engine, add, sleep=pauses.append, context="claim a key")
        assert caught.value.hint == "another process holds the database: try again"
        assert "could not claim a key" in caught.value.message
        other.execute("COMMIT")
    assert len(pauses) == 2
    run_in_transaction(engine, add, sleep=no_sleep)
    engine.dispose()


def test_a_thread_that_gets_no_connection_in_time_is_told(sqlite_records: Engine) -> None:
    pool = QueuePool(sqlite_records.pool._creator, pool_size=1, max_overflow=0, timeout=0.05)
    engine = create_engine(sqlite_records.url, pool=pool)
    with engine.connect(), pytest.raises(RecordsError, match="could not claim a key") as caught:
        run_in_transaction(engine, add, context="claim a key")
    assert "try again" in (caught.value.hint or "")
    engine.dispose()


def test_an_error_that_does_not_pass_is_not_tried_again(sqlite_records: Engine) -> None:
    tries: list[int] = []

    def work(connection: Connection) -> None:
        tries.append(1)
        connection.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(RecordsError) as caught:
        run_in_transaction(sqlite_records, work, sleep=no_sleep)
    assert len(tries) == 1
    assert caught.value.hint == "askpro db upgrade"
    assert caught.value.exit_code == 5


def test_an_error_shows_neither_statement_nor_values_nor_password(records: Engine) -> None:
    def work(connection: Connection) -> None:
        connection.execute(text("INSERT INTO nowhere VALUES (:mail)"), {"mail": "erika@example.org"})

    with pytest.raises(RecordsError) as caught:
        run_in_transaction(records, work)
    shown = f"{caught.value} {caught.value.as_dict()} {caught.value.__cause__}"
    assert "erika" not in shown
    assert "nowhere" in caught.value.message


def test_a_reader_cannot_write(records_url: str) -> None:
    reader = open_engine(records_url, read_only=True)
    with pytest.raises(RecordsError, match=r"(?i)read.?only"):
        run_in_transaction(reader, add)
    assert rows(reader) == 0
    reader.dispose()


def test_a_reader_does_not_wait_for_a_writer(sqlite_records: Engine) -> None:
    reader = open_engine(str(sqlite_records.url), read_only=True)
    assert run_in_transaction(sqlite_records, lambda _: None) is None
    with sqlite_records.begin() as connection:
        add(connection)
        assert rows(reader) == 0
    assert rows(reader) == 1
    reader.dispose()


def test_a_missing_file_is_not_made_by_reading_or_writing(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'absent.db'}")
    with pytest.raises(RecordsError, match="unable to open") as caught:
        run_in_transaction(engine, add)
    assert "askpro db upgrade" in (caught.value.hint or "")
    assert not (tmp_path / "absent.db").exists()
    engine.dispose()


def test_a_full_disk_is_told_and_leaves_nothing_half_written(sqlite_records: Engine) -> None:
    def fill(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        for number in range(5000):
            add(connection, f"{number}")

    with pytest.raises(RecordsError, match="full") as caught:
        run_in_transaction(sqlite_records, fill)
    assert "free space" in (caught.value.hint or "")
    assert rows(sqlite_records) == 0


def test_a_write_the_system_cuts_short_is_told_and_undone(sqlite_records: Engine) -> None:
    """RLIMIT_FSIZE refuses to let a file grow, as a full disk does."""
    source = (
        "import resource, signal\nfrom sqlalchemy import insert\n"
        "from askpro_cli.base.errors import RecordsError\n"
        "from askpro_cli.platform.engine import open_engine\n"
        "from askpro_cli.platform.tables import idempotency_keys as keys\n"
        "from askpro_cli.platform.transactions import run_in_transaction\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"engine = open_engine({str(sqlite_records.url)!r})\n"
        f"many = [{row('')!r} | {{'key_hash': f'{{number:060}}'}} for number in range(5000)]\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n    run_in_transaction(engine, lambda c: c.execute(insert(keys), many))\n"
        "except RecordsError as error:\n    print(error.hint)\n"
    )
    (printed,) = race(source, 1)
    assert "free space" in printed
    assert rows(sqlite_records) == 0


def test_a_damaged_file_is_told_and_never_moved(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.write_bytes(b"no database" * 1000)
    engine = open_engine(f"sqlite:///{path}")
    with pytest.raises(RecordsError) as caught:
        run_in_transaction(engine, add)
    assert "backup" in (caught.value.hint or "")
    assert path.read_bytes() == b"no database" * 1000
    engine.dispose()


def test_a_statement_that_takes_too_long_is_broken_off(records_url: str) -> None:
    engine = open_engine(records_url, statement_timeout=1)
    endless = {
        "sqlite": (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e12)"
            " SELECT count(*) FROM n"
        ),
        "postgresql": "SELECT pg_sleep(60)",
        "mariadb": "SELECT SLEEP(60) FROM (SELECT 1) AS one",
    }
    with pytest.raises(RecordsError):
        run_in_transaction(
            engine, lambda connection: connection.execute(text(endless[engine.dialect.name])).all()
        )
    assert rows(engine) == 0
    engine.dispose()


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    engine = open_engine("postgresql://askpro:secret@127.0.0.1:1/records")
    with pytest.raises(RecordsError, match=r"postgresql://127\.0\.0\.1:1/records") as caught:
        run_in_transaction(engine, add)
    assert "secret" not in f"{caught.value.as_dict()}"
    assert "askpro doctor" in (caught.value.hint or "")
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "malformed"),
        ("oracle://u:secret@h/x", "cannot keep records in oracle"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("postgresql://u:secret@h:port/x", "malformed"),
        ("postgresql://u:half@secret@h/x", "malformed"),
        ("mysql://u:half@secret/half@h/x", "malformed"),
        ("postgresql://u:secret@h", "names a server and no database"),
        ("mariadb://u:secret@h/", "names a server and no database"),
    ],
)
def test_a_bad_url_is_a_configuration_error_that_does_not_repeat_it(url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        open_engine(url)
    assert "secret" not in f"{caught.value.as_dict()}"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("family", ["postgresql", "mariadb"])
def test_a_database_that_is_not_there_is_not_to_be_upgraded(family: str) -> None:
    with private_database(family) as url:
        gone = url + "_gone"
    engine = open_engine(gone)
    with pytest.raises(RecordsError, match="_gone") as caught:
        run_in_transaction(engine, add)
    engine.dispose()
    assert "check ASKPRO_DATABASE_URL; a new database is made empty" in (caught.value.hint or "")


def test_a_missing_driver_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialects, "find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match="not installed") as caught:
        open_engine("mariadb://h/x")
    assert caught.value.hint == "pip install 'askpro[mysql]'"


def test_the_path_of_a_file_may_hold_characters_of_a_url(tmp_path: Path) -> None:
    path = tmp_path / "50% sure # 1" / "records.db"
    upgrade(f"sqlite:///{path}")
    engine = open_engine(f"sqlite:///{path}")
    assert rows(engine) == 0
    engine.dispose()


def test_a_commit_on_sqlite_is_on_disk_and_foreign_keys_hold(sqlite_records: Engine) -> None:
    with sqlite_records.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "foreign_keys", "journal_mode")
        }
    assert found == {"synchronous": 2, "foreign_keys": 1, "journal_mode": "wal"}


def test_who_reads_in_a_transaction_on_sqlite_will_not_be_overtaken_before_it_writes(
    sqlite_records: Engine,
) -> None:
    def work(connection: Connection) -> None:
        connection.execute(select(keys)).all()
        with (
            closing(sqlite3.connect(str(sqlite_records.url.database), timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")

    run_in_transaction(sqlite_records, work)


@pytest.mark.parametrize(
    ("family", "asked", "utc"),
    [("postgresql", "SHOW timezone", "UTC"), ("mariadb", "SELECT @@session.time_zone", "+00:00")],
)
def test_sessions_on_servers_are_in_utc(family: str, asked: str, utc: str) -> None:
    with private_database(family) as url:
        engine = open_engine(url)
        zone = run_in_transaction(engine, lambda connection: connection.exec_driver_sql(asked).scalar())
        engine.dispose()
    assert zone == utc


@pytest.fixture
def narrow() -> Iterator[str]:
    """A PostgreSQL database that takes one connection of an ordinary user, who owns it."""
    with private_database("postgresql") as url:
        parsed = make_url(url)
        role = f"{parsed.database}_one"
        admin = create_engine(dialects.parse_url(url), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f'CREATE ROLE "{role}" LOGIN CONNECTION LIMIT 1'))
        try:
            yield parsed.set(username=role, password=None).render_as_string(hide_password=False)
        finally:
            with admin.connect() as connection:
                connection.execute(text(f'DROP ROLE "{role}"'))
            admin.dispose()


def test_a_connection_that_is_refused_is_asked_for_again_and_then_told(narrow: str) -> None:
    first, second = open_engine(narrow), open_engine(narrow)
    waits: list[float] = []

    def ask(connection: Connection) -> object:
        return connection.scalar(text("SELECT 1"))

    with first.connect():
        with pytest.raises(RecordsError, match="too many connections for role") as told:
            run_in_transaction(second, ask, sleep=waits.append)
        assert "try again in a moment" in (told.value.hint or "")
        assert len(waits) == 2
    assert run_in_transaction(second, ask, sleep=lambda _: first.dispose()) == 1
    second.dispose()
