"""The daemons and workers of the ledger: real processes that are killed without warning and started again."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_STOP_SECONDS = 60.0


@dataclass
class Member:
    """One process, and how it is started."""

    name: str
    command: Sequence[str]
    fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    killed: int = 0


@dataclass
class Fleet:
    """All processes over one database.

    Args:
        environment: what they see.
        listener: the socket that outlives every daemon, as a service manager's would.
        log: where they write what they say.
    """

    environment: Mapping[str, str]
    listener: socket.socket
    log: Path
    members: list[Member] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Return where the daemons listen."""
        port: int = self.listener.getsockname()[1]
        return port

    def add_daemon(self, name: str) -> None:
        """Start ``askpro serve`` on the common socket."""
        descriptor = self.listener.fileno()
        self._add(Member(name, [*_program(), "serve", "--fd", str(descriptor)], (descriptor,)))

    def add_worker(self, name: str) -> None:
        """Start ``askpro worker``."""
        self._add(Member(name, [*_program(), "worker"]))

    def _add(self, member: Member) -> None:
        self.members.append(member)
        self._start(member)

    def _start(self, member: Member) -> None:
        with self.log.open("ab") as log:
            member.process = subprocess.Popen(
                member.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=member.fds,
                start_new_session=True,
            )

    def kill_one(self, chance: random.Random) -> str:
        """Kill a process by SIGKILL, with all it started, and start it again; return its name."""
        member = chance.choice(self.members)
        assert member.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(member.process.pid, signal.SIGKILL)
        member.process.wait()
        member.killed += 1
        self._start(member)
        return member.name

    def ended(self) -> list[str]:
        """Return who ended without being killed."""
        return [
            one.name for one in self.members if one.process is not None and one.process.poll() is not None
        ]

    def stop(self) -> None:
        """End all as an operator would, and by force who does not."""
        for member in self.members:
            if member.process is not None:
                member.process.send_signal(signal.SIGTERM)
        for member in self.members:
            if member.process is not None:
                try:
                    member.process.wait(_STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    os.killpg(member.process.pid, signal.SIGKILL)
                    member.process.wait()


def _program() -> list[str]:
    return [sys.executable, "-m", "askpro_cli"]


@contextlib.contextmanager
def fleet(environment: Mapping[str, str], log: Path) -> Iterator[Fleet]:
    """Open the common socket and stop everybody at the end."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        listener.set_inheritable(True)
        found = Fleet(environment, listener, log)
        try:
            yield found
        finally:
            found.stop()
