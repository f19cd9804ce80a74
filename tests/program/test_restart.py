"""A restart in the way of a socket unit, under load: nobody is refused, answered wrong, or lost."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.daemon import Line
from support.serving import Program, running, states
from support.waiting import eventually
from support.webhook_requests import booking_body, request

_SENDERS = 6
_RESTARTS = 2
_BETWEEN = 150
"""Events acknowledged between two restarts."""


class Senders:
    """Clients that send all the time: half of them keep their connections, half make a new one each time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.acknowledged = 0
        self.wrong: list[str] = []
        self._threads = [
            threading.Thread(target=self._send_all, args=(number,), daemon=True) for number in range(_SENDERS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _send_all(self, sender: int) -> None:
        keeps = sender % 2 == 0
        line: Line | None = None
        number = 0
        while not self._stop.is_set():
            number += 1
            try:
                line = line or Line(self._port, timeout=60)
                line.say(request(booking_body(number, f"sender{sender}")))
                answer = line.answer()
            except (OSError, EOFError) as error:
                self._note(f"{type(error).__name__}: {error}")
                line = None
                continue
            self._note(None if answer.status == 200 else f"{answer.status} {answer.body!r}")
            if not keeps or answer.headers.get("connection") == "close":
                line.close()
                line = None
        if line is not None:
            line.close()

    def _note(self, wrong: str | None) -> None:
        with self._lock:
            if wrong is None:
                self.acknowledged += 1
            else:
                self.wrong.append(wrong)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket as systemd holds it: open all the time, whoever serves it."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as made:
        yield made


def test_a_restart_refuses_nobody_and_loses_nothing(
    platform_url: str, tmp_path: Path, listener: socket.socket
) -> None:
    senders = Senders(listener.getsockname()[1])
    with ExitStack() as stack:

        def start() -> Program:
            fd = listener.fileno()
            return stack.enter_context(running(platform_url, tmp_path, "--fd", str(fd), fd=fd))

        program = start()
        eventually(program.ready)
        senders.start()
        stack.callback(senders.stop)
        for _ in range(_RESTARTS):
            goal = senders.acknowledged + _BETWEEN
            eventually(lambda: senders.acknowledged >= goal)  # noqa: B023 - asked in this turn
            assert program.end(signal.SIGTERM) == 0
            program = start()
        goal = senders.acknowledged + _BETWEEN
        eventually(lambda: senders.acknowledged >= goal)
        senders.stop()
    assert senders.wrong == []
    found = states(platform_url)
    assert len(found) == senders.acknowledged
    assert all(hits == 1 for _, hits in found)
