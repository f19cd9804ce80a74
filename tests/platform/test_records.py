"""Transactions over the models: all or nothing, run again when only in the way, told with their duration."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from support.records import QuietLog, opened
from support.salon import Salon
from support.sandbox import SANDBOX_NOW

from askpro_cli.base.errors import RecordsError, RefusedError
from askpro_cli.base.guards import assert_network_allowed
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Company, Customer
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.platform.transaction_watch import transaction_stats, watch
from askpro_cli.state.sqlite_store import SqliteStore


def add(session: TenantSession, slug: str = "salon") -> str:
    session.add(Company(slug=slug, name=slug.title()))
    return slug


def companies(records: Records) -> list[str]:
    wanted = select(Company.slug).order_by(Company.slug)
    return list(records.run_in_transaction(lambda session: session.scalars(wanted).all()))


def test_several_operations_are_one_transaction(platform: Records) -> None:
    assert platform.run_all([lambda s: add(s, "a"), lambda s: add(s, "b")]) == ["a", "b"]

    def refuse(_session: TenantSession) -> None:
        raise RefusedError("no")

    with pytest.raises(RefusedError):
        platform.run_all([lambda s: add(s, "c"), refuse])
    assert companies(platform) == ["a", "b"]


def test_what_comes_back_can_be_read_after_the_transaction(platform: Records) -> None:
    def work(session: TenantSession) -> Company:
        company = Company(slug="salon", name="Salon")
        session.add(company)
        return company

    made = platform.run_in_transaction(work)
    assert (made.id, made.name) == (1, "Salon")
    assert made.created_at == SANDBOX_NOW


def test_a_database_that_cannot_do_it_gives_the_default_and_tells(platform: Records) -> None:
    log = QuietLog()
    records = Records(platform.engine, log=log)
    records.run_in_transaction(add)

    assert records.run_or_default(add, "taken", context="add a company twice") == "taken"
    assert [name for name, _ in log.events] == ["records.default_taken"]
    assert companies(platform) == ["salon"]


def test_a_default_is_for_a_database_that_cannot_not_for_what_was_refused(platform: Records) -> None:
    def refuse(_session: TenantSession) -> str:
        raise RefusedError("no")

    with pytest.raises(RefusedError):
        platform.run_or_default(refuse, "taken")


def test_a_row_that_the_database_refuses_is_not_quoted(platform: Records) -> None:
    platform.run_in_transaction(add)

    def twice(session: TenantSession) -> None:
        session.add_all([Customer(name=name, phone="+491713920001") for name in ("Anna", "Otto")])

    with pytest.raises(RecordsError) as caught:
        platform.for_company("salon").run_in_transaction(twice, context="add a customer")
    assert "add a customer" in caught.value.message
    assert "another run may have written the same" in (caught.value.hint or "")
    assert "3920001" not in caught.value.message
    assert "customers" in caught.value.message


def test_nor_one_with_a_quotation_mark_in_it(platform: Records) -> None:
    with pytest.raises(RecordsError) as caught:
        platform.run_all([lambda s: add(s, "o'brien"), lambda s: s.flush(), lambda s: add(s, "o'brien")])
    assert "brien" not in caught.value.message


def test_a_network_call_inside_a_transaction_is_caught_and_nothing_stays(platform: Records) -> None:
    def work(session: TenantSession) -> None:
        add(session)
        assert_network_allowed("calcom bookings.create")

    with pytest.raises(RuntimeError, match=r"bookings\.create was about to go over the network inside"):
        platform.run_in_transaction(work, context="complete a booking")
    assert companies(platform) == []


def test_every_attempt_is_told_with_context_and_duration_and_counted(
    platform: Records, tmp_path: Path
) -> None:
    log, store = QuietLog(), SqliteStore(tmp_path / "state.db", "salon")
    watching = watch(platform.engine, log)
    platform.run_in_transaction(add, context="add a company")
    with pytest.raises(RecordsError):
        platform.run_in_transaction(add, context="add it again")

    told = [(name, fields["context"]) for name, fields in log.events]
    assert told == [
        ("transaction.started", "add a company"),
        ("transaction.committed", "add a company"),
        ("transaction.started", "add it again"),
        ("transaction.rolled_back", "add it again"),
    ]
    assert all(fields["ms"] >= 0 for name, fields in log.events if name != "transaction.started")

    watching.flush(store)
    watching.flush(store)
    stats = transaction_stats(store)
    assert stats.outcomes == {"started": 2, "committed": 1, "rolled_back": 1}
    assert sum(stats.latency.values()) == 2
    store.close()


def test_two_that_block_each_other_both_get_through_and_it_is_told(platform: Records) -> None:
    """The second lock of each is the first of the other; where writers queue (SQLite) none is met."""
    platform.run_all([lambda s: add(s, "a"), lambda s: add(s, "b")])
    log = QuietLog()
    watch(platform.engine, log)
    queues = platform.engine.dialect.name == "sqlite"
    meeting = threading.Barrier(2, timeout=20)
    met: set[str] = set()

    def cross(first: str, second: str) -> None:
        def work(session: TenantSession) -> None:
            for slug in (first, second):
                session.execute(update(Company).where(Company.slug == slug).values(name=Company.name + "x"))
                if slug == first and first not in met and not queues:
                    met.add(first)
                    meeting.wait()

        platform.run_in_transaction(work, context=f"cross {first}")

    threads = [threading.Thread(target=cross, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = platform.run_in_transaction(lambda s: s.scalars(select(Company.name)).all())
    assert sorted(names) == ["Axx", "Bxx"]
    assert [name for name, _ in log.events].count("transaction.retried") == (0 if queues else 1)


def test_nothing_stays_locked_after_a_failure(platform: Records) -> None:
    platform.run_in_transaction(add)

    def work(session: TenantSession) -> None:
        session.scalars(select(Company).with_for_update()).all()
        raise RefusedError("no")

    with pytest.raises(RefusedError):
        platform.run_in_transaction(work)
    with opened(platform.engine.url.render_as_string(hide_password=False)) as other:
        other.run_in_transaction(lambda s: s.scalars(select(Company).with_for_update(nowait=True)).all())
        assert other.run_in_transaction(lambda s: s.scalar(select(func.count(Company.id)))) == 1


def test_a_command_leaves_its_counts_for_monitoring(salon: Salon) -> None:
    salon.book().ok()
    store = SqliteStore(Path(salon.cli.env["ASKPRO_STATE_DIR"]) / "state.db", "default")
    stats = transaction_stats(store)
    store.close()
    assert stats.outcomes["started"] == stats.outcomes["committed"] > 0


def test_a_row_made_outside_is_written_by_the_attempt_that_succeeds(platform: Records) -> None:
    """The first attempt numbered it; taken for a row that is there already, it would never be inserted."""
    made = Company(slug="salon", name="Salon")
    tries: list[int] = []

    def work(session: TenantSession) -> int:
        session.add(made)
        session.flush()
        tries.append(made.id)
        if len(tries) == 1:
            raise in_the_way(platform)
        return made.id

    returned = platform.run_in_transaction(work)
    found = platform.run_in_transaction(lambda session: session.scalars(select(Company.id)).all())
    assert (len(tries), list(found)) == (2, [returned])


@pytest.mark.parametrize("at_commit", [False, True])
def test_a_database_that_goes_away_is_told_and_nothing_is_claimed(platform: Records, at_commit: bool) -> None:  # noqa: FBT001 - a case
    if platform.engine.dialect.name == "sqlite":
        pytest.skip("a file does not hang up")
    postgresql = platform.engine.dialect.name == "postgresql"
    log = QuietLog()
    watch(platform.engine, log)

    def work(session: TenantSession) -> None:
        add(session)
        session.flush()
        mine = session.connection().scalar(
            select(func.pg_backend_pid() if postgresql else func.connection_id())
        )
        end = f"SELECT pg_terminate_backend({mine})" if postgresql else f"KILL {mine}"
        with platform.engine.connect() as other:
            other.exec_driver_sql(end)
        if not at_commit:
            session.scalars(select(Company.id)).all()

    with pytest.raises(
        RecordsError, match="may be done or not" if at_commit else "could not complete"
    ) as caught:
        platform.run_in_transaction(work, context="complete a booking")
    assert caught.value.exit_code == 5
    assert log.events[-1][0] == ("transaction.unknown" if at_commit else "transaction.rolled_back")
    assert companies(platform) == []


def in_the_way(records: Records) -> OperationalError:
    """Return what the driver says when another transaction has the lock."""
    family = records.engine.dialect.name
    if family == "sqlite":
        busy = sqlite3.OperationalError("database is locked")
        busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
        return OperationalError("", {}, busy)
    if family == "postgresql":
        return OperationalError("", {}, psycopg.errors.DeadlockDetected())
    return OperationalError("", {}, Exception(1213, "Deadlock found"))
