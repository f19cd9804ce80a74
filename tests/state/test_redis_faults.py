"""Redis gone, silent, full, closed to us or restarted: an error that names the host, never the password."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
import redis
from support.redis_server import RedisServer, answers, private_redis
from support.services import free_port
from support.stores import StorePlace
from support.waiting import eventually

from askpro_cli.base.errors import ConfigError, StateError
from askpro_cli.state.redis_store import RedisStore


@dataclass
class Relay:
    """A door to a server that a test may shut: bytes pass through until it is cut."""

    port: int
    sockets: list[socket.socket]

    def cut(self) -> None:
        for found in self.sockets:
            try:
                found.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@pytest.fixture
def relay(redis_server: RedisServer) -> Iterator[Relay]:
    client = redis.Redis.from_url(redis_server.url)
    host, port = (client.connection_pool.connection_kwargs[name] for name in ("host", "port"))
    listener = socket.create_server(("127.0.0.1", 0))
    found = Relay(listener.getsockname()[1], [listener])

    def accept() -> None:
        while True:
            try:
                inside, _ = listener.accept()
            except OSError:
                return
            outside = socket.create_connection((host, port))
            found.sockets += [inside, outside]
            for pair in ((inside, outside), (outside, inside)):
                threading.Thread(target=_pump, args=pair, daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield found
    found.cut()
    thread.join(5)
    client.close()
    for one in found.sockets:
        one.close()


@pytest.fixture
def store_of(request: pytest.FixtureRequest) -> Callable[[str], RedisStore]:
    """Open a store by URL; closed at the end."""

    def open_store(url: str) -> RedisStore:
        store = RedisStore(url, "salon", prefix="askpro-test-faults")
        request.addfinalizer(store.close)
        return store

    return open_store


Opener = Callable[[str], RedisStore]


def test_a_server_that_goes_away_in_the_middle_is_an_error_with_its_address(
    relay: Relay, store_of: Opener
) -> None:
    store = store_of(f"redis://:@127.0.0.1:{relay.port}/0")
    store.set("a", b"1", ttl=60)
    relay.cut()
    with pytest.raises(StateError, match=rf"redis://127.0.0.1:{relay.port}/0") as caught:
        store.get("a")
    assert "ASKPRO_REDIS_URL" in (caught.value.hint or "")
    assert caught.value.exit_code == 5


def test_every_method_tells_that_the_server_is_not_there(store_of: Opener) -> None:
    store = store_of(f"redis://127.0.0.1:{free_port()}/0")
    calls: list[Callable[[], object]] = [
        store.now,
        lambda: store.get("a"),
        lambda: store.set("a", b""),
        lambda: store.delete("a"),
        lambda: store.increment("a"),
        lambda: list(store.keys()),
        store.clear,
        lambda: store.tail("a", 1),
        lambda: store.generations(["a"]),
        lambda: store.bump("a"),
        lambda: store.acquire("a", ttl=1),
        lambda: store.locked("a"),
    ]
    for call in calls:
        with pytest.raises(StateError, match=r"cannot use the state in redis://127\.0\.0\.1"):
            call()


def test_a_server_that_comes_back_empty_is_used_again(store_of: Opener) -> None:
    with private_redis() as server:
        store = store_of(server.url)
        store.set("a", b"1")
        server.kill()
        with pytest.raises(StateError):
            store.get("a")
        port = int(server.url.rpartition(":")[2].partition("/")[0])
        with private_redis(port=port):
            assert store.get("a") is None
            assert store.increment("n") == 1


def test_a_server_that_lost_its_scripts_gets_them_again(store_place: StorePlace) -> None:
    store = store_place.open()
    assert store.increment("n") == 1
    if store_place.kind == "redis":
        with closing(redis.Redis.from_url(store_place.address)) as client:
            client.script_flush()
    assert store.increment("n") == 2


def test_a_server_that_never_answers_is_given_up_in_time(store_of: Opener) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        store = store_of(f"redis://127.0.0.1:{silent.getsockname()[1]}/0?socket_timeout=0.1")
        with pytest.raises(StateError, match=r"(?i)time"):
            store.get("a")


def test_a_script_whose_answer_was_lost_is_not_sent_again(store_of: Opener) -> None:
    """Otherwise a counter would count twice: the listener would see a second connection or command."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        seen: list[bytes] = []

        def swallow() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    while not (seen and b"EVALSHA" in seen[-1]):
                        seen.append(connection.recv(65536))
                        connection.sendall(b"+OK\r\n" * seen[-1].count(b"CLIENT"))

        thread = threading.Thread(target=swallow, daemon=True)
        thread.start()
        store = store_of(f"redis://127.0.0.1:{listener.getsockname()[1]}/0?socket_timeout=2")
        with pytest.raises(StateError):
            store.increment("n")
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
    assert sum(data.count(b"EVALSHA") for data in seen) == 1


def test_a_wrong_password_is_told_without_showing_it(store_of: Opener) -> None:
    with private_redis("--requirepass", "right-one") as server:
        wrong = store_of(server.url.replace("redis://", "redis://:wrong-one@"))
        with pytest.raises(StateError) as caught:
            wrong.get("a")
        shown = f"{caught.value} {caught.value.hint} {caught.value.as_dict()} {wrong.describe()}"
        assert "wrong-one" not in shown
        assert "user and password in ASKPRO_REDIS_URL" in shown
        right = store_of(server.url.replace("redis://", "redis://:right-one@"))
        assert right.get("a") is None
        assert "right-one" not in right.describe()


def test_a_full_server_and_a_replica_are_told_apart(store_of: Opener) -> None:
    with private_redis("--maxmemory", "1", "--maxmemory-policy", "noeviction") as server:
        store = store_of(server.url)
        writes: list[Callable[[], object]] = [
            lambda: store.set("a", b"1"),
            lambda: store.add("a", b"1"),
            lambda: store.set_tagged({"a": b"1"}, ttl={}, tags={}),
            lambda: store.increment("a"),
            lambda: store.append("a", b"1", limit=2),
            lambda: store.record({"a": 1}, "b", b"1", limit=2),
            lambda: store.bump("a"),
            lambda: store.acquire("a", ttl=1),
        ]
        for write in writes:
            with pytest.raises(StateError) as caught:
                write()
            assert "maxmemory" in (caught.value.hint or "")
        assert store.get("a") is None
    with private_redis("--replicaof", "127.0.0.1", str(free_port())) as server:
        eventually(lambda: answers(server.url))
        with pytest.raises(StateError) as caught:
            store_of(server.url).set("a", b"1")
        assert "primary" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://user:secret@host",
            "redis://:secret@host:port",
            "secret",
            "redis:///?db=x&socket_timeout=s",
        ),
        *("redis://h/0?secret=1", "redis://h/0?retry=3", "redis://h/0?decode_responses=yes"),
        *("redis://h/0?ssl_ca_certs=/x", "unix:///run/redis.sock?socket_keepalive=1"),
        "rediss://h/0?ssl_cert_reqs=never",
    ],
)
def test_a_malformed_url_is_a_configuration_error_that_does_not_repeat_it(url: str) -> None:
    with pytest.raises(ConfigError, match="malformed") as caught:
        RedisStore(url, "salon")
    assert "secret" not in f"{caught.value.as_dict()}"
    assert caught.value.__cause__ is None


def test_the_options_of_a_url_that_matter_are_taken(redis_server: RedisServer, store_of: Opener) -> None:
    store = store_of(f"{redis_server.url}?socket_timeout=3&health_check_interval=30&client_name=askpro")
    assert store.now() > 0


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://user:secret@cache.example.org:6380/3", "redis://cache.example.org:6380/3"),
        ("rediss://:secret@cache.example.org", "rediss://cache.example.org:6379/0"),
        ("unix://user:secret@/run/redis.sock?db=2", "unix:///run/redis.sock?db=2"),
    ],
)
def test_describe_shows_the_address_without_user_and_password(url: str, shown: str, store_of: Opener) -> None:
    assert store_of(url).describe() == shown


def test_keys_on_the_server_are_laid_out_as_documented(redis_server: RedisServer) -> None:
    prefix = f"askpro-test-layout-{free_port()}"
    store = RedisStore(redis_server.url, "salon", prefix=prefix)
    store.set("slots:1", b"v", ttl=60)
    store.increment("calls", ttl=60)
    store.append("log", b"x", limit=3, ttl=60)
    store.bump("host:1")
    lock = store.acquire("fill", ttl=60)
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        found = {key.decode().removeprefix(f"{prefix}:{{salon}}:") for key in client.scan_iter(f"{prefix}:*")}
        lives = {name: client.pttl(f"{prefix}:{{salon}}:{name}") for name in found}
    assert lock
    store.release(lock)
    store.delete("slots:1", "calls", "log")
    store.close()
    assert found == {"value:slots:1", "counter:calls", "list:log", "lock:fill", "generations", "counters"}
    assert {name for name, life in lives.items() if life == -1} == {"generations", "counters"}


def test_names_of_expired_counters_leave_the_server(redis_server: RedisServer) -> None:
    prefix = f"askpro-test-index-{free_port()}"
    store = RedisStore(redis_server.url, "salon", prefix=prefix)
    for number in range(20):
        store.increment(f"window:{number}", ttl=0.02)
    eventually(lambda: store.counters() == {})
    store.increment("now")
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        assert client.zrange(f"{prefix}:{{salon}}:counters", 0, -1) == [b"now"]
    store.delete("now")
    store.close()


def test_one_call_is_one_round_trip(redis_server: RedisServer) -> None:
    prefix = f"askpro-test-trips-{free_port()}"
    store = RedisStore(redis_server.url, "salon", prefix=prefix)
    one_call: list[Callable[[], object]] = [
        lambda: store.get_entries(["a", "b", "c"]),
        lambda: store.set_tagged({"a": b"1", "b": b"2"}, ttl={}, tags={"h": 0, "i": 0}),
        lambda: store.increment_many({"x": 1, "y": 2}),
        store.counters,
        lambda: store.compare_and_set("a", b"1", b"2"),
        lambda: store.append("l", b"1", limit=2),
        lambda: store.delete("a", "b", "x", "y", "l"),
    ]
    for call in one_call:
        call()
    with closing(redis.Redis.from_url(redis_server.url)) as client, client.monitor() as monitor:  # type: ignore[no-untyped-call]
        for call in one_call:
            call()
        store.delete("end")
        sent: list[str] = []
        while "end" not in "".join(sent):
            heard = monitor.next_command()
            sent += [heard["command"]] if prefix in heard["command"] and heard["client_type"] != "lua" else []
    assert len(sent) == len(one_call) + 1
    store.close()
