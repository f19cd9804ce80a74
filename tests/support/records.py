"""The platform's tables, filled and empty, on every family: one template a worker, cloned for each test.

PostgreSQL clones a database; SQLite copies a file; MariaDB cannot, so there one database is emptied between
tests. Each is made under a random name and dropped at the end.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from askpro_cli.base.clock import ManualClock
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.migrate import upgrade
from askpro_cli.platform.records import Records
from support.databases import DATABASES, private_database

_COUNTERS = text(
    "SELECT table_name, auto_increment FROM information_schema.tables"
    " WHERE table_schema = DATABASE() AND table_name <> 'alembic_version'"
)


class QuietLog:
    """Keeps what was told, for tests that look."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def event(self, name: str, *, level: str = "info", **fields: Any) -> None:
        """Keep one event."""
        self.events.append((name, {"level": level, **fields}))


class Templates:
    """Databases with all tables, made once a worker and handed out as copies."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._made: dict[str, str] = {}

    @contextmanager
    def copy(self, family: str, path: Path) -> Iterator[str]:
        """Return the URL of a database with empty tables."""
        template = self._template(family)
        if family == "sqlite":
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(make_url(template).database or "", path)
            yield f"sqlite:///{path}"
        elif family == "postgresql":
            with private_database(family, template=make_url(template).database) as url:
                yield url
        else:
            empty(template)
            yield template

    def _template(self, family: str) -> str:
        if family not in self._made:
            self._made[family] = self._make(family)
        return self._made[family]

    def _make(self, family: str) -> str:
        url = f"sqlite:///{self._folder / 'template.db'}"
        if family != "sqlite":
            url = self._stack.enter_context(private_database(family))
        upgrade(url)
        if family == "sqlite":
            engine = open_engine(url)
            with engine.connect() as connection:  # all of it into the one file that is copied
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.rollback()
            engine.dispose()
        return url


def empty(url: str) -> None:
    """Remove every row but the revision, and count from 1 again; private databases of tests only.

    MariaDB tells at once which counters have moved: the tables of the others are as new and cost nothing.
    """
    engine = create_engine(make_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SET FOREIGN_KEY_CHECKS=0"))
        for table, next_id in connection.execute(_COUNTERS).all():
            if next_id != 1:
                connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - a name from the catalogue
            if next_id not in (None, 1):
                connection.execute(text(f"ALTER TABLE {table} AUTO_INCREMENT = 1"))
        connection.execute(text("SET FOREIGN_KEY_CHECKS=1"))
    engine.dispose()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """The worker's templates."""
    with ExitStack() as stack:
        yield Templates(tmp_path_factory.mktemp("templates"), stack)


@pytest.fixture(params=DATABASES)
def platform_url(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with empty tables, of each family."""
    with templates.copy(request.param, tmp_path / "records" / "records.db") as url:
        yield url


@pytest.fixture
def sqlite_platform_url(templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The same on the embedded database alone, for tests to which the family does not matter."""
    with templates.copy("sqlite", tmp_path / "records" / "records.db") as url:
        yield url


@contextmanager
def opened(url: str, clock: ManualClock | None = None) -> Iterator[Records]:
    """Open the records of a URL, the whole platform's."""
    engine = open_engine(url)
    try:
        yield Records(engine, log=QuietLog(), clock=clock)
    finally:
        engine.dispose()


@pytest.fixture
def platform(platform_url: str, sandbox_clock: ManualClock) -> Iterator[Records]:
    """Records over empty tables, of each family; no company is chosen."""
    with opened(platform_url, sandbox_clock) as records:
        yield records


@pytest.fixture(params=DATABASES)
def records_url(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The same for tests that make tables of their own, or break some: nothing of it is used again."""
    if request.param == "mariadb":
        with private_database("mariadb") as url:
            upgrade(url)
            yield url
        return
    with templates.copy(request.param, tmp_path / "records" / "records.db") as url:
        yield url


@pytest.fixture
def records(records_url: str) -> Iterator[Engine]:
    """An engine over such a database, of each family."""
    engine = open_engine(records_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_records(sqlite_platform_url: str) -> Iterator[Engine]:
    """An engine over the embedded database, for tests to which the family does not matter."""
    engine = open_engine(sqlite_platform_url)
    yield engine
    engine.dispose()
