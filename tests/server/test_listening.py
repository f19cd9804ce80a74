"""Where the daemon listens: its own sockets, those handed over, and whom it believes."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.daemon import Memory, Serving, ask, request, serving

from askpro_cli.base.errors import ConfigError
from askpro_cli.server.listening import inherited_fd, open_listener
from askpro_cli.server.notify import READY, Notifier
from askpro_cli.server.options import ServerOptions
from askpro_cli.server.proxies import Proxies


def test_a_free_port_is_told(memory: Serving) -> None:
    assert memory.listener.url == f"http://127.0.0.1:{memory.port}"


def test_ipv6_is_told_in_brackets() -> None:
    try:
        listener = open_listener(ServerOptions(host="::1", port=0))
    except ConfigError:
        pytest.skip("this machine has no IPv6 loopback")
    assert listener.url.startswith("http://[::1]:")
    listener.close()


@pytest.mark.parametrize("options", [ServerOptions(host="no such host.invalid"), ServerOptions(fd=9999)])
def test_what_cannot_be_listened_on_is_told(options: ServerOptions) -> None:
    with pytest.raises(ConfigError, match="cannot listen on"):
        open_listener(options)


def test_a_descriptor_that_does_not_listen_is_refused_and_stays_open(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file, pytest.raises(ConfigError):
        open_listener(ServerOptions(fd=file.fileno()))
    with socket.socket() as plain:
        with pytest.raises(ConfigError, match="no socket that listens"):
            open_listener(ServerOptions(fd=plain.fileno()))
        assert os.fstat(plain.fileno())


def test_an_abandoned_unix_socket_is_replaced_and_a_living_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "s"
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(path))
    dead.close()
    listener = open_listener(ServerOptions(uds=str(path)))
    assert path.stat().st_mode & 0o777 == 0o660
    with pytest.raises(ConfigError, match="somebody listens there already"):
        open_listener(ServerOptions(uds=str(path)))
    listener.close()
    assert not path.exists()


def test_a_file_in_the_place_of_a_unix_socket_stays(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("precious")
    with pytest.raises(ConfigError):
        open_listener(ServerOptions(uds=str(path)))
    assert path.read_text() == "precious"


@pytest.mark.parametrize(
    ("env", "fd"),
    [
        ({}, None),
        ({"LISTEN_PID": "7", "LISTEN_FDS": "1"}, 3),
        ({"LISTEN_PID": "8", "LISTEN_FDS": "1"}, None),
        ({"LISTEN_PID": "7", "LISTEN_FDS": "0"}, None),
        ({"LISTEN_PID": "7", "LISTEN_FDS": "x"}, None),
    ],
)
def test_a_socket_of_systemd_is_taken_by_whom_it_is_for(env: dict[str, str], fd: int | None) -> None:
    assert inherited_fd(env, 7) == fd


def test_two_sockets_of_systemd_are_refused() -> None:
    with pytest.raises(ConfigError, match="2 sockets"):
        inherited_fd({"LISTEN_PID": "7", "LISTEN_FDS": "2"}, 7)


def test_whoever_started_us_hears_that_we_are_ready(tmp_path: Path) -> None:
    path = str(tmp_path / "n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ears:
        ears.bind(path)
        Notifier(path).tell(READY, "STATUS=serving")
        assert ears.recv(100) == b"READY=1\nSTATUS=serving"
    Notifier(path).tell(READY)  # nobody listens any more
    Notifier(None).tell(READY)


@pytest.mark.parametrize(
    ("believed", "peer", "forwarded", "sender"),
    [
        ((), "10.0.0.1", [b"1.2.3.4"], "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", [b"1.2.3.4"], "1.2.3.4"),
        (("10.0.0.0/8",), "10.0.0.1", [b"6.6.6.6, 1.2.3.4"], "1.2.3.4"),
        (("10.0.0.0/8",), "10.0.0.1", [b"6.6.6.6, 1.2.3.4, 10.0.0.2"], "1.2.3.4"),
        (("10.0.0.0/8",), "10.0.0.1", [b"6.6.6.6", b"1.2.3.4"], "1.2.3.4"),
        (("10.0.0.0/8",), "10.0.0.1", [b"nonsense"], "10.0.0.1"),
        (("10.0.0.0/8",), "9.9.9.9", [b"1.2.3.4"], "9.9.9.9"),
        (("unix",), None, [b"1.2.3.4"], "1.2.3.4"),
        (("127.0.0.1",), None, [b"1.2.3.4"], None),
        (("::1",), "::1", [b"2001:db8::7"], "2001:db8::7"),
        (("10.0.0.0/8",), "::ffff:10.0.0.1", [b"1.2.3.4"], "1.2.3.4"),
    ],
)
def test_only_a_believed_proxy_names_the_sender(
    believed: tuple[str, ...], peer: str | None, forwarded: list[bytes], sender: str | None
) -> None:
    assert Proxies(believed).sender(peer, forwarded) == sender


def test_a_proxy_that_is_no_address_is_told() -> None:
    with pytest.raises(ConfigError, match="no address"):
        Proxies(["10.0.0.0/8", "proxy.example.org"])


@given(forwarded=st.lists(st.binary(max_size=40), max_size=4))
def test_a_sender_cannot_choose_what_a_proxy_did_not_say(forwarded: list[bytes]) -> None:
    found = Proxies(["10.0.0.0/8"]).sender("10.0.0.1", [*forwarded, b"1.2.3.4"])
    assert found == "1.2.3.4"


def test_the_address_behind_a_proxy_is_kept_with_the_event(sqlite_platform_url: str, tmp_path: Path) -> None:
    options = ServerOptions(port=0, drain=2.0, proxies=("127.0.0.1",))
    with serving(sqlite_platform_url, tmp_path, inbox=Memory(), options=options) as found:
        ask(found.port, request("/webhooks/nobody", b"", [("X-Forwarded-For", "203.0.113.7")]))
        ask(found.port, request("/webhooks/nobody", b""))
        assert [arrival.client for arrival, _ in found.inbox.rejected] == ["203.0.113.7", "127.0.0.1"]
