"""What a connection makes sure of before it takes events, and what it can only tell."""

from __future__ import annotations

from typing import Any, Self

import pytest
from sqlalchemy import make_url
from support.admissions import admitted
from support.inboxes import change

from askpro_cli.platform.engine import open_engine
from askpro_cli.webhooks.inbox.connection import CommitConnection
from askpro_cli.webhooks.inbox.durability import make_durable


def _asked(url: str, question: str) -> Any:
    """Return what the connection that commits events says of itself, after it kept one."""
    engine = open_engine(url)
    connection = CommitConnection(engine, 5)
    try:
        connection.write([admitted()])
        assert connection.warnings == ()
        assert connection._connection is not None
        cursor = connection._connection.cursor()
        cursor.execute(question)
        row = cursor.fetchone()
        assert row is not None
        return row[0]
    finally:
        connection.dispose()
        engine.dispose()


def test_sqlite_syncs_its_log_at_every_commit(sqlite_platform_url: str) -> None:
    assert _asked(sqlite_platform_url, "PRAGMA synchronous") == 2
    assert _asked(sqlite_platform_url, "PRAGMA journal_mode") == "wal"


@pytest.mark.parametrize("wanted", ["off", "local", "remote_apply"])
def test_postgresql_waits_for_its_log_whatever_the_database_is_set_to(records_url: str, wanted: str) -> None:
    parsed = make_url(records_url)
    if parsed.get_backend_name() != "postgresql":
        pytest.skip("a setting of PostgreSQL")
    change(records_url, f'ALTER DATABASE "{parsed.database}" SET synchronous_commit = {wanted}')
    assert _asked(records_url, "SHOW synchronous_commit") == ("on" if wanted == "off" else wanted)


class _Server:
    """A driver's connection to a server with a given setting, which tests must not change for all."""

    def __init__(self, *answer: Any) -> None:
        self._answer = answer
        self.autocommit: Any = lambda value: value

    def cursor(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def execute(self, _statement: str) -> Self:
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        return [self._answer]


def test_a_server_that_does_not_flush_is_told() -> None:
    assert make_durable(_Server(1), "mariadb") == ()
    [warning] = make_durable(_Server(2), "mariadb")
    assert "innodb_flush_log_at_trx_commit is 2" in warning
    assert make_durable(_Server("on", "on"), "postgresql") == ()
    [warning] = make_durable(_Server("on", "off"), "postgresql")
    assert "fsync is off" in warning
