"""A real Redis for the suite: a private one on a free port, else the one of ASKPRO_TEST_REDIS_URL.

Every worker of a parallel run starts its own, so nothing is shared; on a given server each test has its
own key prefix (see :mod:`support.stores`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import redis

from support.services import free_port, missing
from support.waiting import eventually

_REMEDY = "install redis-server (Debian: apt-get install redis-server) or set ASKPRO_TEST_REDIS_URL"
_PROGRAMS = ("redis-server", "valkey-server")


@dataclass
class RedisServer:
    """Where a Redis listens; *process* is None when it is not ours to stop."""

    url: str
    process: subprocess.Popen[bytes] | None = None

    def ended(self) -> bool:
        """Tell whether a private server is no longer running."""
        return self.process is not None and self.process.poll() is not None

    def kill(self) -> None:
        """Take a private server away without a farewell."""
        assert self.process is not None, "this server is not ours"
        self.process.kill()
        self.process.wait()


def program() -> str | None:
    """Return the path of an installed server program."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


def answers(url: str) -> bool:
    """Tell whether a server answers at *url*."""
    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except (redis.AuthenticationError, redis.ResponseError):
        return True  # it wants a password or is a replica, but it is there
    except redis.RedisError:
        return False
    finally:
        client.close()


@contextmanager
def private_redis(*options: str, port: int | None = None) -> Iterator[RedisServer]:
    """Run a server of our own, with no persistence and nothing but loopback."""
    path = program()
    if path is None and os.environ.get("ASKPRO_TEST_REDIS_URL"):
        pytest.skip("a given Redis may not be stopped or set up anew: install redis-server")
    if path is None:
        missing("redis-server", _REMEDY)
    with tempfile.TemporaryDirectory(prefix="askpro-redis-") as folder:
        server = _started(path, Path(folder), options, port)
        try:
            yield server
        finally:
            server.kill()


def _started(path: str, folder: Path, options: tuple[str, ...], port: int | None) -> RedisServer:
    """Start the program; another one may take the free port first, so try again."""
    for _ in range(5):
        server = _start(path, folder, options, port or free_port())
        try:
            eventually(partial(_settled, server))
        except BaseException:
            server.kill()
            raise
        if not server.ended():
            return server
    message = f"redis-server does not start: {(folder / 'log').read_text()}"
    raise AssertionError(message)


def _settled(server: RedisServer) -> bool:
    return server.ended() or answers(server.url)


def _start(path: str, folder: Path, options: tuple[str, ...], port: int) -> RedisServer:
    """Start the program once."""
    command = [path, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    command += ["--dir", str(folder), "--logfile", str(folder / "log"), *options]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    return RedisServer(f"redis://127.0.0.1:{port}/0", process)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """The Redis of this test process."""
    given = os.environ.get("ASKPRO_TEST_REDIS_URL")
    if program() is not None:
        with private_redis() as server:
            yield server
    elif given and answers(given):
        yield RedisServer(given)
    else:
        missing("Redis", _REMEDY)
