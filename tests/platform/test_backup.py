"""Backups: one moment of all tables, whole or not at all, readable by nobody else."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest
from sqlalchemy import create_engine, text
from support.backups import NOW, Steps, files_end_at, make_backup, rewrite
from support.records import opened

from askpro_cli.base.errors import (
    AskproError,
    InvalidValueError,
    NotFoundError,
    OutputError,
    RecordsError,
    RefusedError,
)
from askpro_cli.platform.schema import Activity, Base
from askpro_cli.platform.tables import HEAD
from askpro_cli.platform.upkeep.archive import verify


@pytest.fixture
def whole(sqlite_seeded_url: str, tmp_path: Path) -> Path:
    """Return the backup of the demo company."""
    make_backup(sqlite_seeded_url, tmp_path / "salon.zip")
    return tmp_path / "salon.zip"


def test_a_backup_names_every_table_its_rows_and_their_digest(whole: Path) -> None:
    manifest = verify(whole)
    assert (manifest.revision, manifest.made_at) == (HEAD, "2026-11-23T08:00:00Z")
    assert {entry.name for entry in manifest.tables} == {table.name for table in Base.metadata.sorted_tables}
    assert {entry.name: entry.rows for entry in manifest.tables}["services"] == 8
    with ZipFile(whole) as archive:
        first = archive.read("tables/services.ndjson").splitlines()[0]
    assert msgspec.json.decode(first)["name"] == "Herrenhaarschnitt"


def test_a_backup_is_its_owners_alone_and_leaves_nothing_beside_it(whole: Path) -> None:
    assert stat.S_IMODE(whole.stat().st_mode) == 0o600
    assert sorted(path.name for path in whole.parent.glob("salon.*")) == ["salon.zip"]


def test_what_is_written_meanwhile_is_not_in_it_and_waits_for_nobody(seeded_url: str, tmp_path: Path) -> None:
    def write() -> None:
        with opened(seeded_url) as records:
            row = Activity(event="late", description="while the backup was made")
            records.platform_wide("test").run_in_transaction(lambda session: session.add(row))

    report = make_backup(seeded_url, tmp_path / "b.zip", meter=Steps("writing", write))
    rows = {entry.name: entry.rows for entry in report.manifest.tables}
    assert rows["activity_log"] == 0
    later = make_backup(seeded_url, tmp_path / "later.zip").manifest
    assert {entry.name: entry.rows for entry in later.tables} == rows | {"activity_log": 1}


def test_a_file_that_is_there_is_kept_unless_told(sqlite_seeded_url: str, whole: Path) -> None:
    before = whole.read_bytes()
    with pytest.raises(InvalidValueError, match="exists already"):
        make_backup(sqlite_seeded_url, whole)
    assert whole.read_bytes() == before
    make_backup(sqlite_seeded_url, whole, overwrite=True)


def test_two_runs_do_not_write_one_file(sqlite_seeded_url: str, tmp_path: Path) -> None:
    with (tmp_path / "b.zip.part").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(RefusedError, match="another run"):
            make_backup(sqlite_seeded_url, tmp_path / "b.zip")
    make_backup(sqlite_seeded_url, tmp_path / "b.zip")


def test_a_full_disk_leaves_the_old_backup_and_nothing_half(sqlite_seeded_url: str, whole: Path) -> None:
    before = whole.read_bytes()
    with opened(sqlite_seeded_url) as records:
        noise = Activity(event="noise", description=os.urandom(100_000).hex())
        records.platform_wide("test").run_in_transaction(lambda session: session.add(noise))
    with files_end_at(50_000), pytest.raises(OutputError, match="cannot write") as caught:
        make_backup(sqlite_seeded_url, whole, overwrite=True)
    assert "free space" in (caught.value.hint or "")
    assert whole.read_bytes() == before
    assert sorted(path.name for path in whole.parent.glob("salon.*")) == ["salon.zip"]


def test_a_folder_that_is_not_there_is_told(sqlite_seeded_url: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file"):
        make_backup(sqlite_seeded_url, tmp_path / "nowhere" / "b.zip")
    with pytest.raises(InvalidValueError, match="is a folder"):
        make_backup(sqlite_seeded_url, tmp_path)


def test_a_killed_backup_leaves_the_old_file_and_the_next_one_works(
    sqlite_seeded_url: str, whole: Path
) -> None:
    before = whole.read_bytes()
    source = (
        "import os, signal\nfrom pathlib import Path\nfrom support.backups import Steps, make_backup\n"
        "meter = Steps('writing', lambda: os.kill(os.getpid(), signal.SIGKILL))\n"
        f"make_backup({sqlite_seeded_url!r}, Path({str(whole)!r}), meter=meter, overwrite=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", source], cwd=_TESTS, check=False)
    assert done.returncode == -signal.SIGKILL
    assert whole.read_bytes() == before
    make_backup(sqlite_seeded_url, whole, overwrite=True)
    assert not whole.with_name("salon.zip.part").exists()


_TESTS = Path(__file__).parents[1]


def _flip(content: bytes) -> bytes:
    return content.replace(b"Bartpflege", b"Bartpfiege")


def _without_last_line(content: bytes) -> bytes:
    return content[: content.rstrip().rindex(b"\n") + 1]


def test_a_changed_or_missing_line_is_found(whole: Path) -> None:
    for change in (_flip, _without_last_line):
        broken = whole.with_name("broken.zip")
        broken.write_bytes(whole.read_bytes())
        rewrite(broken, "tables/services.ndjson", change)
        with pytest.raises(RefusedError, match="table services is not as its manifest says"):
            verify(broken)


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _damage(content: bytes) -> bytes:
    return content[:100] + bytes(byte ^ 0xFF for byte in content[100:200]) + content[200:]


def _replace(content: bytes) -> bytes:
    del content
    return b"CREATE TABLE companies;\n"


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (_cut, RefusedError, "cut short"),
        (_damage, RefusedError, "damaged"),
        (_replace, InvalidValueError, "no backup of askpro"),
        (lambda _: b"", InvalidValueError, "no backup of askpro"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_told(
    whole: Path, change: type[bytes], error: type[AskproError], said: str
) -> None:
    whole.write_bytes(change(whole.read_bytes()))
    with pytest.raises(error, match=said):
        verify(whole)


def test_a_backup_of_a_later_format_is_refused_and_a_missing_one_not_found(whole: Path) -> None:
    rewrite(whole, "manifest.json", lambda text: text.replace(b'"format": 1', b'"format": 2'))
    with pytest.raises(InvalidValueError, match="format 2"):
        verify(whole)
    with pytest.raises(NotFoundError):
        verify(whole.with_name("absent.zip"))


def test_a_zip_of_something_else_is_no_backup(whole: Path) -> None:
    with ZipFile(whole, "w") as archive:
        archive.writestr("letter.txt", "Guten Tag")
    with pytest.raises(InvalidValueError, match="no backup"):
        verify(whole)


def test_a_column_nobody_knows_stops_it_and_a_table_of_others_is_left_out(
    sqlite_seeded_url: str, tmp_path: Path
) -> None:
    engine = create_engine(sqlite_seeded_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE jobs (id INTEGER)"))
    assert make_backup(sqlite_seeded_url, tmp_path / "b.zip").left_out == ["jobs"]
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE services ADD COLUMN colour VARCHAR(10)"))
    with pytest.raises(RecordsError, match=r"services of .* has a column colour"):
        make_backup(sqlite_seeded_url, tmp_path / "c.zip")
    assert not (tmp_path / "c.zip").exists()
    engine.dispose()


def test_older_records_are_backed_up_as_they_are(sqlite_seeded_url: str, tmp_path: Path) -> None:
    """Who installs a newer askpro backs up before the upgrade."""
    engine = create_engine(sqlite_seeded_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE activity_log"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0017'"))
    engine.dispose()
    manifest = make_backup(sqlite_seeded_url, tmp_path / "b.zip").manifest
    assert manifest.revision == "0017"
    assert "activity_log" not in {entry.name for entry in manifest.tables}
    assert NOW.isoformat().startswith(manifest.made_at[:10])
