"""Databases for the records: a file, and where servers run, a private database on PostgreSQL and MariaDB.

The embedded SQLite is what every installation has. A server is used when it is named by
ASKPRO_TEST_POSTGRES_URL or ASKPRO_TEST_MARIADB_URL (a user who may create databases), or when it answers at
its usual place on this machine; a named one must answer.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from support.services import missing

DATABASES = ("sqlite", "postgresql", "mariadb")

_NAMED = {"postgresql": "ASKPRO_TEST_POSTGRES_URL", "mariadb": "ASKPRO_TEST_MARIADB_URL"}
_USUAL = {
    "postgresql": ("postgresql+psycopg://postgres@127.0.0.1:5432/postgres",),
    "mariadb": (
        "mariadb+pymysql://root@127.0.0.1:3306/",
        "mariadb+pymysql://root@localhost/?unix_socket=/run/mysqld/mysqld.sock",
    ),
}
_DRIVERS = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}


@contextmanager
def _admin(url: URL) -> Iterator[Engine]:
    """Open a connection that may create databases."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        yield engine
    finally:
        engine.dispose()


def _answers(url: URL) -> bool:
    try:
        with _admin(url) as engine, engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except DBAPIError:
        return False
    return True


@cache
def server(family: str) -> URL | None:
    """Return the server of a family, None when there is none; a named one that is silent is a failure."""
    named = os.environ.get(_NAMED[family])
    if named:
        url = make_url(named).set(drivername=_DRIVERS[family])
        assert _answers(url), f"{_NAMED[family]} names a server that does not answer"
        return url
    return next((url for url in map(make_url, _USUAL[family]) if _answers(url)), None)


@contextmanager
def private_database(family: str, template: str | None = None) -> Iterator[str]:
    """Create a database on a server, empty or (PostgreSQL) a copy of *template*, and drop it afterwards.

    Skips or fails the test where there is no server.
    """
    url = server(family)
    if url is None:
        missing(family, f"start one on its usual port, or set {_NAMED[family]}")
    name = f"askpro_test_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    force = " WITH (FORCE)" if family == "postgresql" else ""
    with _admin(url) as engine:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}{f' TEMPLATE {template}' if template else ''}"))
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name}{force}"))


@pytest.fixture(params=DATABASES)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, of each family."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'records' / 'records.db'}"
        return
    with private_database(request.param) as url:
        yield url
