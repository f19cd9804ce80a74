"""Telling whoever started us how we are: systemd's notification protocol, sd_notify(3), without its library.

``askpro serve --workers`` listens to its children by the same words.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from dataclasses import dataclass

READY = "READY=1"
STOPPING = "STOPPING=1"


@dataclass(frozen=True, slots=True)
class Notifier:
    """Sends states to the socket of ``$NOTIFY_SOCKET``; None: nobody listens."""

    address: str | None

    def tell(self, *lines: str) -> None:
        """Send them; nobody hears is no error."""
        if not self.address:
            return
        where = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)  # noqa: FBT003 - the library's own name for it
            line.sendto("\n".join(lines).encode(), where)

    def reloading(self) -> None:
        """Say that the configuration is being read again; :data:`READY` ends it."""
        self.tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
