"""The records' schema: made, upgraded, looked at; by many at once; never by accident."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from support.databases import private_database
from support.processes import race

from askpro_cli.base.errors import ConfigError, RecordsError, RefusedError
from askpro_cli.platform import migrate
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.revisions import OURS, _scripts
from askpro_cli.platform.tables import HEAD

ALL = [revision.id for revision in OURS.all()]


def test_an_empty_database_is_made_once(empty_database: str) -> None:
    before = migrate.status(empty_database)
    assert (before.current, before.head, before.pending) == (None, HEAD, ALL)
    assert migrate.upgrade(empty_database).applied == ALL
    assert migrate.upgrade(empty_database).applied == []
    after = migrate.status(empty_database)
    assert (after.current, after.pending) == (HEAD, [])


def test_looking_changes_nothing(empty_database: str) -> None:
    migrate.status(empty_database)
    if empty_database.startswith("sqlite"):
        assert not Path(empty_database.removeprefix("sqlite:///")).exists()
    assert migrate.status(empty_database).current is None


def test_a_path_that_cannot_be_looked_at_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / ('x' * 300)}"
    for look in (migrate.status, migrate.upgrade, migrate.ensure_embedded):
        with pytest.raises(RecordsError, match="records file"):
            look(url)


def test_the_head_named_in_the_tables_is_the_newest_revision() -> None:
    assert [revision.id for revision in OURS.all()][-1] == HEAD


@pytest.mark.parametrize("revision", ALL)
def test_no_revision_is_taken_back(revision: str) -> None:
    module = _scripts(OURS).get_revision(revision).module
    with pytest.raises(RefusedError, match="not taken back: rows written since would be lost") as caught:
        module.downgrade()
    assert caught.value.hint == "restore a backup made before the upgrade"


def test_the_embedded_file_is_made_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "state" / "records.db"
    migrate.ensure_embedded(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    before = path.read_bytes()
    migrate.ensure_embedded(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_many_processes_may_use_the_embedded_file_first_at_once(tmp_path: Path) -> None:
    path = tmp_path / "state" / "records.db"
    source = (
        "from askpro_cli.platform import idempotency\nfrom askpro_cli.platform.engine import open_engine\n"
        "from askpro_cli.platform.migrate import ensure_embedded\n"
        f"url = 'sqlite:///{path}'\nensure_embedded(url)\nengine = open_engine(url)\n"
        "print(idempotency.claim(engine, company='salon', key='k', content='c', lease=60).state)\n"
        "engine.dispose()\n"
    )
    assert sorted(race(source, 6)) == ["busy"] * 5 + ["new"]


@pytest.mark.parametrize("family", ["postgresql", "mariadb"])
def test_many_processes_may_upgrade_a_server_at_once(family: str) -> None:
    with private_database(family) as url:
        source = f"from askpro_cli.platform.migrate import upgrade\nprint(len(upgrade({url!r}).applied))"
        assert sorted(race(source, 4)) == ["0", "0", "0", str(len(ALL))]


@pytest.mark.parametrize("family", ["postgresql", "mariadb"])
def test_a_server_is_never_upgraded_by_its_first_user(family: str) -> None:
    with private_database(family) as url:
        with pytest.raises(RecordsError, match="are not made yet") as caught:
            migrate.ensure_embedded(url)
        assert caught.value.hint == "askpro db upgrade"
        assert migrate.status(url).current is None
        migrate.upgrade(url)
        migrate.ensure_embedded(url)


def test_a_database_of_a_newer_askpro_is_left_alone(records_url: str) -> None:
    engine = open_engine(records_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for call in (migrate.status, migrate.upgrade, migrate.ensure_embedded):
        with pytest.raises(RecordsError, match="9999, which this askpro does not know"):
            call(records_url)


def test_an_upgrade_that_fails_half_way_leaves_an_embedded_file_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    foreign = create_engine(url)
    with foreign.begin() as connection:
        connection.execute(text("CREATE TABLE other (ix INTEGER)"))
        connection.execute(text("CREATE INDEX ix_idempotency_keys_expires_at_ms ON other (ix)"))
    foreign.dispose()
    with pytest.raises(RecordsError, match="could not upgrade the records") as caught:
        migrate.upgrade(url)
    assert caught.value.exit_code == 5
    engine = open_engine(url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["other"]
        connection.execute(text("DROP INDEX ix_idempotency_keys_expires_at_ms"))
    engine.dispose()
    assert migrate.upgrade(url).applied == ALL


def test_a_folder_that_cannot_be_made_is_an_error_that_names_the_settings(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordsError, match="cannot make or open the records file") as caught:
        migrate.ensure_embedded(f"sqlite:///{tmp_path / 'file' / 'records.db'}")
    assert "ASKPRO_DATABASE_URL" in (caught.value.hint or "")


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    for call in (migrate.status, migrate.upgrade, migrate.ensure_embedded):
        with pytest.raises(RecordsError, match="is a folder"):
            call(f"sqlite:///{tmp_path}")


def test_a_damaged_records_file_is_an_error_and_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.write_bytes(b"no database" * 1000)
    for call in (migrate.status, migrate.upgrade, migrate.ensure_embedded):
        with pytest.raises(RecordsError, match="not a database"):
            call(f"sqlite:///{path}")
    assert path.read_bytes() == b"no database" * 1000


def test_a_bad_url_is_a_configuration_error() -> None:
    for call in (migrate.status, migrate.upgrade, migrate.ensure_embedded):
        with pytest.raises(ConfigError):
            call("nonsense")
