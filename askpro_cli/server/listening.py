"""The socket the daemon listens on: bound by itself, or handed over by systemd or a parent."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from askpro_cli.base.errors import ConfigError
from askpro_cli.server.options import ServerOptions

BACKLOG = 2048
_FIRST_FD = 3  # systemd's first descriptor, sd_listen_fds(3)
_UDS_MODE = 0o660
_PROBE_SECONDS = 1.0


@dataclass(frozen=True)
class Listener:
    """A socket that can be listened on.

    Args:
        socket: bound; inheritable where a child shall have it.
        path: of a Unix socket that we made and take away again.
    """

    socket: socket.socket
    path: Path | None = None

    @property
    def url(self) -> str:
        """Return where it is reached."""
        if self.socket.family == socket.AF_UNIX:
            return f"unix:{self.socket.getsockname()}"
        host, port = self.socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def close(self) -> None:
        """Let go of it; others who have it go on listening."""
        self.socket.close()
        if self.path is not None:
            with suppress(OSError):
                self.path.unlink()


def open_listener(options: ServerOptions) -> Listener:
    """Return the socket of *options*: ``fd``, else ``uds``, else host and port.

    Raises:
        ConfigError: it cannot be listened on.
    """
    try:
        if options.fd is not None:
            return Listener(_handed_over(options.fd))
        if options.uds is not None:
            return _unix(Path(options.uds))
        return Listener(_tcp(options.host, options.port))
    except (OSError, OverflowError, UnicodeError) as error:
        where = _place(options)
        hint = "choose another --port, or 0 for a free one; does another askpro serve run?"
        raise ConfigError(f"askpro cannot listen on {where}: {error}", hint=hint, subject=where) from error


def inherited_fd(env: Mapping[str, str], pid: int) -> int | None:
    """Return the descriptor that systemd's socket activation left for process *pid*; None without.

    Raises:
        ConfigError: there are several; the daemon serves one.
    """
    if env.get("LISTEN_PID") != str(pid) or not env.get("LISTEN_FDS", "").isdecimal():
        return None
    count = int(env["LISTEN_FDS"])
    if count > 1:
        hint = "leave one ListenStream= in askpro.socket"
        raise ConfigError(f"systemd hands over {count} sockets, and askpro serves one", hint=hint)
    return _FIRST_FD if count else None


def _place(options: ServerOptions) -> str:
    if options.fd is not None:
        return f"descriptor {options.fd}"
    return options.uds or f"{options.host}:{options.port}"


def _handed_over(fd: int) -> socket.socket:
    found = socket.socket(fileno=fd)
    if found.type != socket.SOCK_STREAM or not found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        found.detach()
        message = "it is no socket that listens"
        raise OSError(message)
    return found


def _tcp(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(BACKLOG)
    except BaseException:
        made.close()
        raise
    return made


def _unix(path: Path) -> Listener:
    """Return a Unix socket for us and our group; one that nobody listens on any more is replaced."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            _require_abandoned(path)
            path.unlink()
        made.bind(str(path))
        path.chmod(_UDS_MODE)
        made.listen(BACKLOG)
    except BaseException:
        made.close()
        raise
    return Listener(made, path)


def _require_abandoned(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_PROBE_SECONDS)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return
    message = "somebody listens there already"
    raise OSError(message)
