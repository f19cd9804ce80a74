"""The one way to the records' database: an SQLAlchemy engine set up alike for every family."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from askpro_cli.platform import dialects, liveness
from askpro_cli.platform.pool import PoolSettings, count_connections, pool_options

STATEMENT_SECONDS = 30.0
"""The longest a statement of ours may take unless the caller says otherwise."""
CONNECT_SECONDS = 10.0
_DEFAULT_POOL = PoolSettings()


def open_engine(
    url: str,
    *,
    read_only: bool = False,
    statement_timeout: float = STATEMENT_SECONDS,
    connect_timeout: float = CONNECT_SECONDS,
    pool: PoolSettings = _DEFAULT_POOL,
) -> Engine:
    """Return an engine; nothing is connected yet.

    SQLite: foreign keys on, writers wait up to 15 s and begin with ``BEGIN IMMEDIATE``, a commit is on disk
    when it returns. Servers: read committed, sessions in UTC, connections tested before use.

    Args:
        url: ``sqlite:///path``, ``postgresql://…``, ``mysql://…`` or ``mariadb://…``.
        read_only: every write is refused by the database.
        statement_timeout: seconds after which the database breaks a statement off.
        connect_timeout: longest wait for a server, in seconds.
        pool: how many connections this process keeps.

    Raises:
        ConfigError: the URL is malformed or its driver is not installed.
    """
    parsed = dialects.parse_url(url)
    if dialects.is_sqlite(parsed):
        engine = _sqlite_engine(parsed, pool, read_only=read_only, statement_timeout=statement_timeout)
    else:
        options = dialects.server_options(
            parsed.get_backend_name(),
            read_only=read_only,
            statement_timeout=statement_timeout,
            connect_timeout=connect_timeout,
        )
        engine = create_engine(
            parsed,
            connect_args=options,
            isolation_level="READ COMMITTED",
            hide_parameters=True,
            **pool_options(pool),
        )
        if pool.pre_ping:
            liveness.look_before_use(engine)
    liveness.reset_what_is_open(engine)
    count_connections(engine)
    return engine


def _sqlite_engine(url: URL, pool: PoolSettings, *, read_only: bool, statement_timeout: float) -> Engine:
    """Return an engine over an existing SQLite file; its connections neither age nor die."""
    path = dialects.sqlite_path(url)
    engine = create_engine(
        url,
        creator=lambda: dialects.connect_sqlite(
            path, read_only=read_only, statement_timeout=statement_timeout
        ),
        hide_parameters=True,
        **pool_options(replace(pool, recycle=-1)),
    )
    # Python's driver would begin late and without a lock; two writers would then meet half way.
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    event.listen(engine, "begin", lambda connection: _begin(connection, begin))
    event.listen(engine, "before_cursor_execute", _start_statement)
    return engine


def _begin(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)


def _start_statement(connection: Connection, *_: Any) -> None:
    dialects.start_statement(connection.connection.dbapi_connection)
