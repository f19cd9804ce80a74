"""The state file damaged, foreign, gone, full or out of reach: told, rebuilt or a clear error."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.processes import finish, race, start
from support.waiting import eventually

from askpro_cli.base.errors import StateError
from askpro_cli.state import sqlite_files, sqlite_schema
from askpro_cli.state.sqlite_database import StateDatabase
from askpro_cli.state.sqlite_store import SqliteStore


class Opened:
    """Stores of one file, and what they said."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notices: list[str] = []
        self._stores: list[SqliteStore] = []

    def open(self) -> SqliteStore:
        store = SqliteStore(self.path, "salon", on_notice=self.notices.append)
        self._stores.append(store)
        return store

    def aside(self) -> list[str]:
        found = self.path.parent.glob("state.db.corrupt-*")
        return sorted(one.name for one in found if not one.name.endswith(("-wal", "-shm")))

    def close(self) -> None:
        for store in self._stores:
            store.close()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    found = Opened(tmp_path / "state" / "state.db")
    yield found
    found.close()


def _source(path: Path, work: str) -> str:
    return (
        "from pathlib import Path\nfrom askpro_cli.state.sqlite_store import SqliteStore\n"
        f"store = SqliteStore(Path({str(path)!r}), 'salon', on_notice=lambda text: print('notice'))\n{work}"
    )


def test_file_and_directory_are_for_their_owner_only(opened: Opened) -> None:
    opened.open().set("a", b"1")
    modes = {
        found.name: stat.S_IMODE(found.stat().st_mode)
        for found in (*opened.path.parent.iterdir(), opened.path.parent)
    }
    assert modes == dict.fromkeys(("state.db", "state.db-wal", "state.db-shm", "state.db.lock"), 0o600) | {
        "state": 0o700
    }


def test_an_existing_directory_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    store = SqliteStore(tmp_path / "state.db", "salon")
    store.set("a", b"1")
    store.close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750


def test_a_path_with_characters_of_a_url_is_only_a_path(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "50% sure? #1 & more" / "state.db", "salon")
    store.set("a", b"1")
    store.close()
    assert (tmp_path / "50% sure? #1 & more" / "state.db").exists()


@pytest.mark.parametrize(
    "content", [b"this is no database" * 500, b"", b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_a_damaged_file_is_moved_aside_told_and_rebuilt(opened: Opened, content: bytes) -> None:
    opened.path.parent.mkdir()
    opened.path.write_bytes(content)
    store = opened.open()
    assert store.get("a") is None
    store.set("a", b"1")
    assert store.get("a") == b"1"
    assert len(opened.notices) == 1
    assert "moved to state.db.corrupt-" in opened.notices[0]
    assert "rebuilt" in opened.notices[0]
    (aside,) = opened.aside()
    assert (opened.path.parent / aside).read_bytes() == content


def test_a_foreign_database_is_moved_aside_whole(opened: Opened) -> None:
    opened.path.parent.mkdir()
    with closing(sqlite3.connect(opened.path)) as foreign:
        foreign.execute("CREATE TABLE customers (name TEXT)")
    assert opened.open().get("a") is None
    assert "not a state file of askpro" in opened.notices[0]
    with closing(sqlite3.connect(opened.path.parent / opened.aside()[0])) as moved:
        assert moved.execute("SELECT count(*) FROM customers").fetchone() == (0,)


def test_a_file_of_another_version_is_moved_aside(opened: Opened) -> None:
    opened.open().set("a", b"1")
    opened.close()
    with closing(sqlite3.connect(opened.path)) as other:
        other.execute(f"PRAGMA user_version={sqlite_schema.VERSION + 1}")
    assert opened.open().get("a") is None
    assert f"version {sqlite_schema.VERSION + 1}" in opened.notices[0]


def test_damage_that_shows_while_in_use_is_healed_in_the_same_call(opened: Opened) -> None:
    store = opened.open()
    for number in range(200):
        store.set(f"key:{number}", b"x" * 500)
    store.close()
    store = opened.open()
    assert store.get("key:1")
    size = opened.path.stat().st_size
    with opened.path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    assert store.clear() == 0
    assert [len(opened.aside()), len(opened.notices)] == [1, 1]
    store.set("a", b"1")
    assert opened.open().get("a") == b"1"


def test_a_table_that_went_missing_is_damage_too(opened: Opened) -> None:
    store = opened.open()
    store.set("a", b"1")
    with closing(sqlite3.connect(opened.path)) as other:
        other.execute("DROP TABLE counters")
    assert store.increment("n") == 1
    assert len(opened.notices) == 1


def test_side_files_that_another_process_keeps_open_go_with_the_file(opened: Opened) -> None:
    opened.open().set("old", b"1")
    with closing(sqlite3.connect(opened.path)) as other:
        assert other.execute("SELECT count(*) FROM entries").fetchone() == (1,)
        opened.close()
        with opened.path.open("r+b") as file:
            file.write(b"x" * 8192)
        store = opened.open()
        assert store.get("old") is None
        store.set("new", b"1")
        (aside,) = opened.aside()
        left = {found.name for found in opened.path.parent.glob("*corrupt*")}
        assert left == {aside, f"{aside}-wal", f"{aside}-shm"}
    assert opened.open().get("new") == b"1"


def test_a_log_left_behind_by_a_removed_file_is_not_replayed(opened: Opened) -> None:
    opened.open().set("old", b"1")
    left = opened.path.with_name("state.db-wal").read_bytes()
    opened.close()
    opened.path.unlink()
    opened.path.with_name("state.db-wal").write_bytes(left)
    assert opened.open().get("old") is None
    assert opened.notices == []


def test_a_file_removed_while_in_use_is_made_again(opened: Opened) -> None:
    store = opened.open()
    store.set("a", b"1")
    for found in opened.path.parent.iterdir():
        found.unlink()
    assert store.get("a") is None
    store.set("a", b"2")
    assert opened.open().get("a") == b"2"


def test_two_damaged_files_in_one_second_are_both_kept(opened: Opened) -> None:
    store = opened.open()
    for _ in range(2):
        opened.path.unlink(missing_ok=True)
        opened.path.parent.mkdir(exist_ok=True)
        opened.path.write_bytes(b"no database at all")
        store.get("a")
    assert len(opened.aside()) == 2


def test_many_processes_that_find_the_damage_at_once_move_it_once(opened: Opened) -> None:
    opened.path.parent.mkdir()
    opened.path.write_bytes(b"no database" * 1000)
    printed = race(_source(opened.path, "print(store.increment('n'))"), 16)
    assert sum(text.count("notice") for text in printed) == 1
    assert len(opened.aside()) == 1
    assert opened.open().counters() == {"n": 16}


def test_many_processes_may_make_the_file_at_once(opened: Opened) -> None:
    printed = race(_source(opened.path, "print(store.increment('n'))"), 16)
    assert sorted(map(int, printed)) == list(range(1, 17))
    # Two that close at the same moment may both leave SQLite's log behind; none put a file aside.
    logs = {"state.db-wal", "state.db-shm"}
    assert {found.name for found in opened.path.parent.iterdir()} - logs == {"state.db", "state.db.lock"}


def test_a_file_moved_away_between_looking_and_opening_is_made_again(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.open().set("a", b"1")
    real = sqlite_files.connect
    moved: list[Path] = []

    def connect(path: Path) -> sqlite3.Connection:
        if not moved and path == opened.path:
            moved.append(path.rename(path.with_name("elsewhere")))
        return real(path)

    monkeypatch.setattr(sqlite_files, "connect", connect)
    assert opened.open().get("a") is None
    assert moved
    assert opened.notices == []


def test_a_full_disk_is_an_error_with_a_hint_and_leaves_the_store_readable(opened: Opened) -> None:
    store = opened.open()
    store.set("a", b"1")
    connection = store._database._connection
    assert connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StateError, match=r"full") as caught:
        store.set("b", b"x" * 100_000)
    assert "ASKPRO_STATE_DIR" in (caught.value.hint or "")
    assert store.get("a") == b"1"
    connection.execute("PRAGMA max_page_count=100000")
    store.set("b", b"x" * 100_000)
    assert opened.notices == []


def test_a_write_the_system_cuts_short_is_an_error_and_never_moves_the_file(opened: Opened) -> None:
    """RLIMIT_FSIZE refuses to let a file grow, as a full disk does."""
    opened.open().set("a", b"1")
    work = (
        "import resource, signal\nfrom askpro_cli.base.errors import StateError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nstore.get('a')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))\n"
        "try:\n    store.set('b', b'x' * 500_000)\nexcept StateError as error:\n    print(error.hint)"
    )
    (printed,) = race(_source(opened.path, work), 1)
    assert "free space" in printed
    assert opened.aside() == []
    assert opened.open().get("a") == b"1"


def test_a_directory_that_cannot_be_made_is_an_error_that_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = SqliteStore(tmp_path / "file" / "state.db", "salon")
    with pytest.raises(StateError, match="cannot use the state file") as caught:
        store.get("a")
    assert "ASKPRO_STATE_DIR" in (caught.value.hint or "")
    assert caught.value.exit_code == 5


def test_a_directory_in_place_of_the_file_is_an_error_not_damage(tmp_path: Path) -> None:
    (tmp_path / "state.db").mkdir()
    with pytest.raises(StateError):
        SqliteStore(tmp_path / "state.db", "salon").get("a")
    assert (tmp_path / "state.db").is_dir()


def test_a_directory_without_write_permission_is_an_error(opened: Opened) -> None:
    opened.path.parent.mkdir()
    opened.path.parent.chmod(0o555)
    drop = "import fcntl, os\n" + ("os.setuid(65534)\n" if os.geteuid() == 0 else "")
    work = (
        "from askpro_cli.base.errors import StateError\n"
        "try:\n    store.get('a')\nexcept StateError as error:\n    print(error.hint)"
    )
    for parent in opened.path.parent.parents:
        if parent != Path(parent.anchor) and parent.stat().st_uid == os.geteuid():
            parent.chmod(parent.stat().st_mode | 0o011)
    (printed,) = race(_source(opened.path, drop + work), 1)
    assert "writable" in printed
    assert "ASKPRO_STATE_DIR" in printed


def test_a_writer_that_never_ends_is_told_as_busy(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_files, "BUSY_SECONDS", 0.05)
    store = opened.open()
    store.set("a", b"1")
    with closing(sqlite3.connect(opened.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StateError, match="locked") as caught:
            store.set("a", b"2")
        assert "ASKPRO_REDIS_URL" in (caught.value.hint or "")
        assert store.get("a") == b"1"
        other.execute("COMMIT")
    store.set("a", b"2")


def test_a_file_replaced_again_and_again_is_given_up(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_files, "create", lambda _path: None)
    with pytest.raises(StateError, match="again and again"):
        opened.open().get("a")


def test_damage_that_comes_back_at_once_is_an_error(opened: Opened) -> None:
    database = StateDatabase(opened.path)

    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("SELECT * FROM no_such_table_of_ours")

    with pytest.raises(StateError, match="no such table"):
        database.read(broken)
    database.close()


def test_expired_rows_leave_the_file_with_later_writes(opened: Opened) -> None:
    store = opened.open()
    for number in range(50):
        store.set(f"v{number}", b"", ttl=0.02)
        store.increment(f"c{number}", ttl=0.02)
        store.append(f"l{number}", b"", limit=5, ttl=0.02)
        store.acquire(f"k{number}", ttl=0.02)
    store.set("mark", b"", ttl=0.05)
    eventually(lambda: store.get("mark") is None)
    for number in range(4):
        store.set("v", b"")
        store.increment("c")
        store.append("l", b"", limit=5)
        lock = store.acquire(f"k{number}", ttl=60)
        assert lock
    with closing(sqlite3.connect(opened.path)) as other:
        left = {
            table: other.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - names of ours
            for table in ("entries", "counters", "lists", "list_items", "locks")
        }
    assert left == {"entries": 1, "counters": 1, "lists": 1, "list_items": 4, "locks": 4}


def test_an_idle_reader_does_not_keep_others_from_writing(opened: Opened) -> None:
    opened.open().set("a", b"1")
    reader = start(_source(opened.path, "store.get('a'); print(input())"))
    opened.open().set("a", b"2")
    assert reader.stdin
    reader.stdin.write("\ndone\n")
    assert finish([reader]) == ["done"]
