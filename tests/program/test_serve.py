"""The installed ``askpro serve``: a process, real sockets, each database."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from support.daemon import Line, ask, request
from support.serving import Program, environment, running, states
from support.waiting import eventually
from support.webhook_requests import SECRET, booking_body
from support.webhook_requests import request as signed_request

from askpro_cli.platform.tables import HEAD


def test_a_signed_event_is_in_the_inbox_when_it_is_acknowledged(platform_url: str, tmp_path: Path) -> None:
    with running(platform_url, tmp_path, env={"ASKPRO_WORKER_ENABLED": "false"}) as program:
        eventually(program.ready)
        data = signed_request(booking_body(1, "one"))
        answers = [ask(program.port, data) for _ in range(2)]
        assert [json.loads(answer.body)["status"] for answer in answers] == ["accepted", "duplicate"]
        assert states(platform_url) == [("received", 2)]
        assert program.end() == 0
    assert [line["event"] for line in program.log()] == [
        "daemon.starting",
        "daemon.ready",
        "daemon.draining",
        "daemon.stopped",
    ]


def test_its_workers_settle_what_came(platform_url: str, tmp_path: Path) -> None:
    with running(platform_url, tmp_path) as program:
        eventually(program.ready)
        assert ask(program.port, signed_request(booking_body(1, "one"))).status == 200
        eventually(lambda: states(platform_url)[0][0] not in ("received", "claimed"))


def test_a_schema_of_another_revision_is_not_ready_and_nothing_is_let_in(
    sqlite_platform_url: str, tmp_path: Path
) -> None:
    engine = create_engine(sqlite_platform_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with running(sqlite_platform_url, tmp_path) as program:
        line = eventually(lambda: [one for one in program.log() if one["event"] == "daemon.not_ready"])[0]
        assert "askpro db upgrade" in line["schema"]
        assert not program.ready()
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD})
        eventually(program.ready)
    engine.dispose()


def test_records_that_are_not_there_yet_are_waited_for(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    with running(url, tmp_path) as program:
        assert ask(program.port, request("/healthz", method="GET")).status == 200
        assert not program.ready()
        answer = ask(program.port, signed_request(booking_body(1, "one")))
        assert (answer.status, "retry-after" in answer.headers) == (503, True)
        told = [line for line in program.log() if line["event"] == "daemon.not_ready"]
        assert "askpro db upgrade" in told[0]["store"]
        upgrade = [sys.executable, "-m", "askpro_cli", "db", "upgrade", "--yes"]
        subprocess.run(upgrade, env=environment(url, tmp_path), check=True, capture_output=True)
        eventually(program.ready)
        assert ask(program.port, signed_request(booking_body(1, "one"))).status == 200
        assert len([line for line in program.log() if line["event"] == "worker.chore_failed"]) <= 2


def test_a_hangup_reads_the_secrets_again_and_loses_no_request(
    sqlite_platform_url: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(0o600)
    env = {"ASKPRO_WEBHOOK_SECRET_CALCOM": "", "ASKPRO_WEBHOOK_SECRET_CALCOM_FILE": str(secret)}
    with running(sqlite_platform_url, tmp_path, env=env) as program:
        eventually(program.ready)
        assert ask(program.port, signed_request(booking_body(1, "a"))).status == 200
        fresh = signed_request(booking_body(2, "a"), secret="the next secret")
        assert ask(program.port, fresh).status == 401
        secret.write_text(f"the next secret,{SECRET}", encoding="utf-8")
        program.process.send_signal(signal.SIGHUP)
        eventually(lambda: any(one["event"] == "daemon.reloaded" for one in program.log()))
        assert ask(program.port, fresh).status == 200
        assert ask(program.port, signed_request(booking_body(3, "a"))).status == 200
        secret.unlink()
        program.process.send_signal(signal.SIGHUP)
        eventually(lambda: any(one["event"] == "daemon.reload_failed" for one in program.log()))
        assert ask(program.port, signed_request(booking_body(4, "a"))).status == 200


def test_every_answer_is_logged_when_asked_for(sqlite_platform_url: str, tmp_path: Path) -> None:
    with running(sqlite_platform_url, tmp_path, env={"ASKPRO_SERVER_LOG_LEVEL": "debug"}) as program:
        eventually(program.ready)
        answer = ask(program.port, signed_request(booking_body(1, "a")))
        eventually(lambda: any(line["event"] == "intake.answered" for line in program.log()))
        told = next(line for line in program.log() if line["event"] == "intake.answered")
        assert (told["source"], told["outcome"], told["status"]) == ("calcom", "accepted", 200)
        assert told["correlation_id"] == answer.headers["x-correlation-id"]


def test_no_secret_lets_nobody_in(sqlite_platform_url: str, tmp_path: Path) -> None:
    with running(sqlite_platform_url, tmp_path, env={"ASKPRO_WEBHOOK_SECRET_CALCOM": ""}) as program:
        eventually(program.ready)
        answer = ask(program.port, signed_request(booking_body(1, "a")))
        assert (answer.status, json.loads(answer.body)["error"]) == (503, "not_configured")


def test_several_processes_over_sqlite_are_refused(sqlite_platform_url: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "askpro_cli", "serve", "--workers", "2", "--port", "0"],
        env=environment(sqlite_platform_url, tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "SQLite" in done.stderr
    assert "one writer" in done.stderr


def test_a_port_that_is_taken_is_told(sqlite_platform_url: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(
            [sys.executable, "-m", "askpro_cli", "serve", "--port", str(taken.getsockname()[1])],
            env=environment(sqlite_platform_url, tmp_path),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "cannot listen on 127.0.0.1" in done.stderr


def test_a_unix_socket_serves_and_is_taken_away(sqlite_platform_url: str, tmp_path: Path) -> None:
    path = tmp_path / "d.sock"
    with running(sqlite_platform_url, tmp_path, "--uds", str(path)) as program:
        assert program.url == f"unix:{path}"
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.connect(str(path))
        line.sendall(signed_request(booking_body(1, "a")))
        assert line.recv(12) == b"HTTP/1.1 200"
        line.close()
        assert program.end() == 0
    assert not path.exists()


_ACTIVATED = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.executable, [sys.executable, "-m", "askpro_cli", "serve", "--json"])
"""


def test_a_socket_of_systemd_is_served(sqlite_platform_url: str, tmp_path: Path) -> None:
    """As systemd starts a service: descriptor 3, and an environment that says for whom it is."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = subprocess.Popen(
            [sys.executable, "-c", _ACTIVATED, str(listener.fileno())],
            env=environment(sqlite_platform_url, tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            pass_fds=[listener.fileno()],
        )
        port = listener.getsockname()[1]
        eventually(lambda: ask(port, request("/readyz", method="GET")).status == 200)
        assert ask(port, signed_request(booking_body(1, "a"))).status == 200
        process.terminate()
        out, _ = process.communicate(timeout=60)
        assert json.loads(out)["data"]["url"] == f"http://127.0.0.1:{port}"
        assert process.returncode == 0


def crew_pids(program: Program) -> list[int]:
    started = [line for line in program.log() if line["event"] == "crew.started"]
    return [line["pid_of_child"] for line in started]


@pytest.mark.parametrize("records_url", ["postgresql"], indirect=True)
def test_several_processes_share_a_socket_and_the_dead_are_replaced(records_url: str, tmp_path: Path) -> None:
    with running(records_url, tmp_path, "--workers", "2", env={"ASKPRO_WORKER_ENABLED": "false"}) as program:
        eventually(program.ready)
        first = crew_pids(program)
        assert len(first) == 2
        os.kill(first[0], signal.SIGKILL)
        eventually(lambda: len(crew_pids(program)) == 3)
        for number in range(20):
            assert ask(program.port, signed_request(booking_body(number, "a"))).status == 200
        assert program.end() == 0
    assert len(states(records_url)) == 20


@pytest.mark.parametrize("records_url", ["postgresql"], indirect=True)
def test_processes_whose_parent_is_gone_end_as_well(records_url: str, tmp_path: Path) -> None:
    with running(records_url, tmp_path, "--workers", "2", env={"ASKPRO_WORKER_ENABLED": "false"}) as program:
        eventually(program.ready)
        program.process.kill()
        program.process.wait()
        eventually(lambda: sum(line["event"] == "daemon.stopped" for line in program.log()) == 2)
        eventually(lambda: _refuses(program.port))


def _refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return True
    return False


@pytest.mark.parametrize("records_url", ["postgresql"], indirect=True)
def test_a_hangup_reaches_every_process(records_url: str, tmp_path: Path) -> None:
    with running(records_url, tmp_path, "--workers", "2", env={"ASKPRO_WORKER_ENABLED": "false"}) as program:
        eventually(program.ready)
        program.process.send_signal(signal.SIGHUP)
        eventually(lambda: sum(line["event"] == "daemon.reloaded" for line in program.log()) == 2)


@pytest.mark.parametrize("records_url", ["postgresql"], indirect=True)
def test_settings_with_which_no_process_can_begin_end_the_parent(records_url: str, tmp_path: Path) -> None:
    missing = {
        "ASKPRO_WEBHOOK_SECRET_CALCOM": "",
        "ASKPRO_WEBHOOK_SECRET_CALCOM_FILE": str(tmp_path / "missing"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "askpro_cli", "serve", "--workers", "2", "--port", "0"],
        env=environment(records_url, tmp_path, **missing),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "could not begin" in done.stderr
    assert str(tmp_path / "missing") in done.stderr


def test_idle_connections_do_not_hold_up_the_end(sqlite_platform_url: str, tmp_path: Path) -> None:
    with running(sqlite_platform_url, tmp_path) as program:
        lines = [Line(program.port) for _ in range(5)]
        assert program.end() == 0
        assert all(line.ends() for line in lines)
        for line in lines:
            line.close()
