"""The revisions: together they make what the models say, from every earlier one, killed anywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from support.databases import DATABASES, private_database

from askpro_cli.base.errors import RecordsError, RefusedError
from askpro_cli.platform import migrate
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.revisions import OURS, Chain
from askpro_cli.platform.schema import Base
from askpro_cli.platform.tables import HEAD

ALL = OURS.all()
IDS = [revision.id for revision in ALL]


@contextmanager
def fresh(family: str, folder: Path) -> Iterator[str]:
    if family == "sqlite":
        yield f"sqlite:///{folder / 'fresh' / 'records.db'}"
        return
    with private_database(family) as url:
        yield url


def run_sql(url: str, *statements: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def differences(url: str) -> list[Any]:
    engine = open_engine(url, read_only=True)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
    engine.dispose()
    return list(found)


def test_all_revisions_together_make_what_the_models_say(records_url: str) -> None:
    assert differences(records_url) == []


def test_every_table_of_the_models_has_its_revision() -> None:
    assert {revision.table for revision in ALL if revision.table} == set(Base.metadata.tables)
    assert all(revision.table or revision.column or revision.index for revision in ALL)
    assert all(revision.title and not revision.title.endswith(".") for revision in ALL)


def put_back(url: str, revision: str) -> None:
    """Make the database what it was at *revision*."""
    younger = [one for one in ALL if one.id > revision]
    tables = [one.table for one in younger if one.table]
    on = " ON {}" if url.startswith("m") else ""
    indexes = [one.index for one in younger if one.index and one.index[0] not in tables]
    columns = [one.column for one in younger if one.column and one.column[0] not in tables]
    run_sql(
        url,
        *(f"DROP INDEX IF EXISTS {name}{on.format(table)}" for table, name in indexes),
        *(f"ALTER TABLE {table} DROP COLUMN {name}" for table, name in columns),
        *(f"DROP TABLE IF EXISTS {table}" for table in reversed(tables)),
        f"UPDATE alembic_version SET version_num = '{revision}'",  # noqa: S608 - a number of ours
    )


@pytest.mark.parametrize("family", DATABASES)
def test_an_upgrade_goes_on_from_every_earlier_revision(family: str, tmp_path: Path) -> None:
    with fresh(family, tmp_path) as url:
        migrate.upgrade(url, to=IDS[0])
        for position, revision in enumerate(IDS):
            put_back(url, revision)
            found = migrate.status(url)
            assert (found.current, found.pending) == (revision, IDS[position + 1 :])
            assert migrate.upgrade(url).applied == IDS[position + 1 :]
            assert migrate.status(url).pending == []
        assert differences(url) == []


# Goes through the chain on one MariaDB: each child dies by SIGKILL as soon as the server made one thing more.
_KILLER = """
import json, os, signal
from sqlalchemy import Engine, event
from askpro_cli.platform import migrate
url, told = {url!r}, []

def die_after_the_table():
    def made(conn, cursor, statement, *_):
        if statement.lstrip().startswith(("CREATE TABLE IF NOT EXISTS", "ALTER TABLE", "CREATE INDEX")):
            os.kill(os.getpid(), signal.SIGKILL)
    event.listen(Engine, "after_cursor_execute", made)
    migrate.upgrade(url)
    os._exit(0)

for _ in range({count} + 1):
    child = os.fork() or die_after_the_table()
    _, code = os.waitpid(child, 0)
    found = migrate.status(url)
    told.append([code, found.current, found.half_applied])
print(json.dumps(told))
"""


def test_an_upgrade_killed_at_every_revision_is_named_and_finished_on_mariadb() -> None:
    with private_database("mariadb") as url:
        source = _KILLER.format(url=url, count=len(IDS))
        ran = subprocess.run(
            [sys.executable, "-c", source], capture_output=True, text=True, timeout=120, check=False
        )
        assert ran.returncode == 0, ran.stderr
        killed = [[9, earlier, [revision]] for earlier, revision in zip([None, *IDS], IDS, strict=False)]
        assert json.loads(ran.stdout) == [*killed, [0, HEAD, []]]
        assert differences(url) == []


def test_a_revision_half_applied_by_an_older_askpro_gets_its_index_on_mariadb() -> None:
    """Revision 0001 once made its index by a second statement."""
    with private_database("mariadb") as url:
        migrate.upgrade(url, to="0001")
        run_sql(
            url,
            "DROP INDEX ix_idempotency_keys_expires_at_ms ON idempotency_keys",
            "DELETE FROM alembic_version",
        )
        assert migrate.status(url).half_applied == ["0001"]
        migrate.upgrade(url)
        assert differences(url) == []


@pytest.mark.parametrize("family", DATABASES)
def test_somebody_elses_table_is_in_the_way_and_stays(family: str, tmp_path: Path) -> None:
    """The platform's own database has tables of these names: nothing of it is touched."""
    with fresh(family, tmp_path) as url:
        migrate.upgrade(url, to="0001")
        run_sql(url, "CREATE TABLE staff (id INTEGER, surname VARCHAR(10))")
        with pytest.raises(RecordsError, match=r"table staff .* no recorded revision") as caught:
            migrate.upgrade(url)
        assert "a database of their own" in (caught.value.hint or "")
        reached = {"mariadb": "0007"}.get(family, "0001")  # the others take back what came before it
        assert migrate.status(url).current == reached
        engine = open_engine(url, read_only=True)
        with engine.connect() as connection:
            found = inspect(connection)
            assert {column["name"] for column in found.get_columns("staff")} == {"id", "surname"}
            assert found.has_table("companies") == (family == "mariadb")
        engine.dispose()


LOSING = '''
"""A revision with a mistake in it."""
from alembic import op
revision, down_revision, branch_labels, depends_on = "0002", {down}, None, None
def upgrade():
    op.execute("DELETE FROM companies WHERE slug = 'b'")
'''

MAKING = '''
"""A table."""
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "0001", None, None, None
table = "companies"
def upgrade():
    op.create_table("companies", sa.Column("slug", sa.String(10)))
'''


@pytest.fixture
def losing_chain(tmp_path: Path) -> Chain:
    versions = tmp_path / "scripts" / "versions"
    versions.mkdir(parents=True)
    (versions / "r0001.py").write_text(MAKING)
    (versions / "r0002.py").write_text(LOSING.format(down="'0001'"))
    return Chain(str(tmp_path / "scripts"), "0002")


@pytest.mark.parametrize("family", DATABASES)
def test_an_upgrade_that_loses_rows_is_stopped(family: str, tmp_path: Path, losing_chain: Chain) -> None:
    """Taken back where the database can; on MariaDB the revision is at least not called done."""
    with fresh(family, tmp_path) as url:
        migrate.upgrade(url, to="0001", chain=losing_chain)
        run_sql(url, "INSERT INTO companies (slug) VALUES ('a')", "INSERT INTO companies (slug) VALUES ('b')")
        with pytest.raises((RefusedError, RecordsError), match="1 of 2 rows of companies"):
            migrate.upgrade(url, chain=losing_chain)
        assert migrate.status(url, losing_chain).current == "0001"
        engine = open_engine(url, read_only=True)
        with engine.connect() as connection:
            left = connection.scalar(text("SELECT count(*) FROM companies"))
            assert inspect(connection).has_table("companies")
        engine.dispose()
        assert left == 2
