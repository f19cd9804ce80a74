"""What becomes of events when processes, servers, networks and disks go away."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url
from support.admissions import admitted
from support.inboxes import change, events, open_inbox, rows, until
from support.redis_server import RedisServer
from support.rights import obey_file_modes
from support.tcp_line import TcpLine, tcp_line

from askpro_cli.base.errors import IntakeUnavailableError
from askpro_cli.webhooks.inbox.options import InboxOptions

TESTS = str(Path(__file__).parents[2])
QUICK = InboxOptions(commit_timeout=1.0, min_free_bytes=0)

_KEEPER = """
import asyncio, os, sys
sys.path.insert(0, {tests!r})
from support.admissions import admitted
from support.inboxes import open_inbox
async def main():
    numbers = iter(range({begin}, {begin} + 1_000_000))
    async with open_inbox({url!r}, redis_url={redis!r}) as inbox:
        async def line():
            for number in numbers:
                stored = await inbox.keep(admitted(f"uid-{{number // 2}}"))
                os.write(1, f"{{number // 2}} {{stored.event_id}}\\n".encode())
        await asyncio.gather(*(line() for _ in range(32)))
asyncio.run(main())
"""


@pytest.mark.parametrize("gate", [False, True], ids=["alone", "redis"])
def test_every_answer_given_before_a_kill_is_on_disk_once(
    platform_url: str, redis_server: RedisServer, *, gate: bool
) -> None:
    """SIGKILL, three times at the same table; each key is sent twice."""
    redis = redis_server.url if gate else None
    acknowledged: dict[int, int] = {}
    for turn in range(3):
        source = _KEEPER.format(tests=TESTS, url=platform_url, redis=redis, begin=turn * 100)
        process = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(300):
            number, event_id = map(int, process.stdout.readline().split())
            assert acknowledged.setdefault(number, event_id) == event_id
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=60)
        for line in rest.splitlines(keepends=True):
            if line.endswith("\n"):
                acknowledged.setdefault(*map(int, line.split()))
    kept = {event["entity"]: event["id"] for event in events(platform_url)}
    assert len(kept) == len(events(platform_url))
    for number, event_id in acknowledged.items():
        assert kept[f"booking:uid-{number}"] == event_id


SERVERS = {"postgresql": 5432, "mariadb": 3306}


def _through(url: str, line: TcpLine) -> str:
    return make_url(url).set(host="127.0.0.1", port=line.port).render_as_string(hide_password=False)


def _line_to(url: str) -> tuple[str, int]:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" or "unix_socket" in parsed.query:
        pytest.skip("there is no network to it")
    return parsed.host or "127.0.0.1", parsed.port or SERVERS[parsed.get_backend_name()]


def test_a_database_that_goes_away_is_told_and_found_again(platform_url: str) -> None:
    async def run(line: TcpLine) -> None:
        async with open_inbox(_through(platform_url, line), QUICK) as inbox:
            await inbox.keep(admitted("before"))
            line.cut()
            with pytest.raises(IntakeUnavailableError):
                await inbox.keep(admitted("during"))
            assert not inbox.health().ready
            line.restore()
            await until(lambda: inbox.health().ready)
            assert not (await inbox.keep(admitted("after"))).duplicate

    with tcp_line(*_line_to(platform_url)) as line:
        asyncio.run(run(line))
    assert [event["entity"] for event in events(platform_url)] == ["booking:before", "booking:after"]


def test_a_connection_that_died_while_idle_costs_nobody_anything(platform_url: str) -> None:
    """A server that was restarted meanwhile: the event goes over a new connection."""

    async def run(line: TcpLine) -> None:
        async with open_inbox(_through(platform_url, line), QUICK) as inbox:
            await inbox.keep(admitted("before"))
            line.cut()
            line.restore()
            assert not (await inbox.keep(admitted("after"))).duplicate
            assert inbox.health().committer.failed == 0

    with tcp_line(*_line_to(platform_url)) as line:
        asyncio.run(run(line))


def test_a_database_that_answers_no_more_is_not_waited_for(platform_url: str) -> None:
    """The network holds what is sent: refused in time, never acknowledged, and well again by itself."""

    async def run(line: TcpLine) -> None:
        async with open_inbox(_through(platform_url, line), QUICK) as inbox:
            await inbox.keep(admitted("before"))
            line.hold()
            async with asyncio.timeout(15):
                with pytest.raises(IntakeUnavailableError):
                    await inbox.keep(admitted("during"))
            line.cut()
            line.restore()
            await until(lambda: inbox.health().ready)
            stored = await inbox.keep(admitted("during"))
            assert {"id": stored.event_id} in rows(
                platform_url, "SELECT id FROM webhook_events WHERE entity = 'booking:during'"
            )

    with tcp_line(*_line_to(platform_url)) as line:
        asyncio.run(run(line))


def test_a_server_that_only_lets_read_is_told(records_url: str) -> None:
    if make_url(records_url).get_backend_name() != "postgresql":
        pytest.skip("of the others root may always write")
    name = make_url(records_url).database

    async def run() -> None:
        change(records_url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        async with open_inbox(records_url, QUICK) as inbox:
            with pytest.raises(IntakeUnavailableError, match="read-only"):
                await inbox.keep(admitted())
            assert not inbox.health().ready

    asyncio.run(run())
    assert events(records_url) == []


_FULL = """
import asyncio, os, resource, signal, sys
sys.path.insert(0, {tests!r})
from askpro_cli.base.errors import IntakeUnavailableError
from support.admissions import admitted
from support.inboxes import open_inbox, until
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
async def main():
    refused = kept = 0
    async with open_inbox({url!r}) as inbox:
        await inbox.keep(admitted("before"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
        while not refused:
            try:
                await inbox.keep(admitted(f"uid-{{kept}}", body=bytes(20_000)))
                kept += 1
            except IntakeUnavailableError as error:
                refused += 1
        assert not inbox.health().ready
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await until(lambda: inbox.health().ready)
        await inbox.keep(admitted("after"))
    print(kept)
asyncio.run(main())
"""


def test_a_full_disk_is_told_and_over_by_itself(sqlite_platform_url: str) -> None:
    """RLIMIT_FSIZE refuses to let a file grow, as a full disk does."""
    source = _FULL.format(tests=TESTS, url=sqlite_platform_url)
    printed = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    entities = [event["entity"] for event in events(sqlite_platform_url)]
    assert entities == [
        "booking:before",
        *(f"booking:uid-{number}" for number in range(int(printed))),
        "booking:after",
    ]


_READ_ONLY = """
import asyncio, os, pathlib, sys
sys.path.insert(0, {tests!r})
from askpro_cli.base.errors import IntakeUnavailableError
from support.admissions import admitted
from support.inboxes import open_inbox, until
file = pathlib.Path({path!r})
def let(file_mode, folder_mode):
    file.chmod(file_mode)
    file.parent.chmod(folder_mode)
async def main():
    let(0o400, 0o500)
    async with open_inbox({url!r}) as inbox:
        try:
            await inbox.keep(admitted("during"))
        except IntakeUnavailableError as error:
            print(error.message)
        assert not inbox.health().ready
        let(0o600, 0o700)
        await until(lambda: inbox.health().ready)
        await inbox.keep(admitted("after"))
asyncio.run(main())
"""


def test_a_file_that_may_only_be_read_is_told_and_over_by_itself(sqlite_platform_url: str) -> None:
    path = make_url(sqlite_platform_url).database
    source = _READ_ONLY.format(tests=TESTS, url=sqlite_platform_url, path=path)
    done = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        preexec_fn=obey_file_modes,
    )
    assert "could not keep events" in done.stdout
    assert [event["entity"] for event in events(sqlite_platform_url)] == ["booking:after"]


def test_a_file_that_was_taken_away_keeps_nothing(sqlite_platform_url: str) -> None:
    """An open file takes commits even when it has no name any more; they would be gone."""
    path = Path(make_url(sqlite_platform_url).database or "")
    elsewhere = path.with_name("elsewhere.db")

    def move(source: Path, target: Path) -> None:
        source.rename(target)

    async def run() -> None:
        async with open_inbox(sqlite_platform_url) as inbox:
            await inbox.keep(admitted("before"))
            move(path, elsewhere)
            with pytest.raises(IntakeUnavailableError):
                await inbox.keep(admitted("during"))
            assert not inbox.health().ready
            move(elsewhere, path)
            await until(lambda: inbox.health().ready)
            await inbox.keep(admitted("after"))

    asyncio.run(run())
    entities = [event["entity"] for event in events(sqlite_platform_url)]
    assert entities == ["booking:before", "booking:after"]


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.write_bytes(b"no database" * 1000)

    async def run() -> None:
        async with open_inbox(f"sqlite:///{path}") as inbox:
            with pytest.raises(IntakeUnavailableError, match="not a database"):
                await inbox.keep(admitted())

    asyncio.run(run())
    assert path.read_bytes().startswith(b"no database")


def test_a_clock_that_jumps_back_changes_no_order(platform_url: str) -> None:
    """What came later has the larger id, whatever the daemon's clock says."""

    async def run() -> None:
        async with open_inbox(platform_url) as inbox:
            await inbox.keep(admitted("a", received_ms=2_000_000))
            await inbox.keep(admitted("b", received_ms=1_000_000))
            await inbox.keep(admitted("a", received_ms=500_000))

    asyncio.run(run())
    found = [
        (event["entity"], event["received_at_ms"], event["last_seen_ms"]) for event in events(platform_url)
    ]
    assert found == [("booking:a", 2_000_000, 2_000_000), ("booking:b", 1_000_000, 1_000_000)]


def test_a_commit_syncs_the_disk(sqlite_platform_url: str) -> None:
    """Seen from outside: as many syncs of the log as commits, at least."""
    if shutil.which("strace") is None:  # a means to look, no service that CI has to provide
        pytest.skip("strace is not installed, so syncs cannot be counted from outside")
    source = (
        f"import asyncio, sys\nsys.path.insert(0, {TESTS!r})\n"
        "from support.admissions import admitted\nfrom support.inboxes import open_inbox\n"
        "async def main():\n"
        f"    async with open_inbox({sqlite_platform_url!r}) as inbox:\n"
        "        for number in range(20): await inbox.keep(admitted(str(number)))\n"
        "asyncio.run(main())\n"
    )
    command = ["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", sys.executable, "-c", source]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    if "ptrace" in run.stderr.lower():
        pytest.skip("strace may not look at processes here")
    assert run.returncode == 0, run.stderr
    told = run.stderr
    calls = [int(line.split()[3]) for line in told.splitlines() if line.endswith(("fsync", "fdatasync"))]
    assert sum(calls) >= 20
