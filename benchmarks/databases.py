"""Databases for benchmarks of the records: a file, and where servers run, a database of our own on each.

A server is the one of ASKPRO_TEST_POSTGRES_URL or ASKPRO_TEST_MARIADB_URL, else the one at its usual place.
Imported by child processes only: SQLAlchemy would fatten the harness.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from askpro_cli.platform.migrate import upgrade

_SERVERS = {
    "postgresql": ("ASKPRO_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"),
    "mariadb": ("ASKPRO_TEST_MARIADB_URL", "mariadb+pymysql://root@127.0.0.1:3306/"),
}


@contextmanager
def private_database(family: str, folder: Path) -> Iterator[str | None]:
    """Yield the URL of a new database with all tables, dropped at the end; None where no server answers."""
    if family == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{folder / 'records.db'}"
        upgrade(url)
        yield url
        return
    server = _server(family)
    if server is None:
        yield None
        return
    name = f"askpro_bench_{uuid.uuid4().hex[:12]}"
    _run(server, f"CREATE DATABASE {name}")
    try:
        url = server.set(database=name).render_as_string(hide_password=False)
        upgrade(url)
        yield url
    finally:
        _run(server, f"DROP DATABASE {name}" + (" WITH (FORCE)" if family == "postgresql" else ""))


def _server(family: str) -> URL | None:
    """Return the server of a family, None where there is none."""
    variable, usual = _SERVERS[family]
    url = make_url(os.environ.get(variable) or usual).set(drivername=usual.partition(":")[0])
    try:
        _run(url, "SELECT 1")
    except DBAPIError:
        return None
    return url


def _run(url: URL, statement: str) -> None:
    engine: Engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
