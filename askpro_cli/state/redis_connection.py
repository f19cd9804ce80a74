"""The connection to a Redis or Valkey server: opened at the first call, its errors told in our words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import AuthenticationError, OutOfMemoryError, ReadOnlyError, RedisError
from redis.retry import Retry

from askpro_cli.base.errors import ConfigError, StateError

T = TypeVar("T")

CONNECT_SECONDS = 2.0
"""A server for shared state stands near; one that needs longer to accept is of no help to a caller."""

ANSWER_SECONDS = 5.0
"""No script of ours runs longer than milliseconds; overridden by ``?socket_timeout=`` in the URL."""

_FORM = "redis://[user:password@]host:port/db, rediss://… or unix:///path/to/socket"
_OPTIONS = frozenset(
    {
        *("db", "socket_timeout", "socket_connect_timeout", "socket_keepalive", "health_check_interval"),
        *("client_name", "max_connections", "ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile"),
        *("ssl_cert_reqs", "ssl_check_hostname"),
    }
)
"""What may stand behind the ``?``; others would change what the driver sends again or answers."""


class RedisConnection:
    """A pool of connections for any number of threads; nothing is sent twice without our knowing.

    Args:
        url: ``redis://``, ``rediss://`` (TLS) or ``unix://``.

    Raises:
        ConfigError: the URL is malformed; its text, which may hold a password, is not repeated.
    """

    def __init__(self, url: str) -> None:
        try:
            self._client = _client(url)
        except (ValueError, TypeError, RedisError):
            message = "the Redis URL of the state is malformed"
            # the cause may quote a part of the password
            hint = f"write {_FORM}; options are {', '.join(sorted(_OPTIONS))}"
            raise ConfigError(message, hint=hint, subject="redis_url") from None
        self.address = _address(self._client.connection_pool)
        self._scripts: dict[str, Script] = {}
        self._closed = False

    def run(self, script: str, keys: Sequence[str], *values: bytes | str | float) -> Any:
        """Run a Lua script on the server and return its answer.

        Raises:
            StateError: the server cannot be reached or refuses.
        """
        known = self._scripts.get(script)
        if known is None:
            known = self._scripts[script] = self._client.register_script(script)
        return self._told(lambda: known(keys=list(keys), args=list(values)))

    def call(self, work: Callable[[redis.Redis], T]) -> T:
        """Return what *work* does with the client; raises StateError as :meth:`run` does."""
        return self._told(lambda: work(self._client))

    def close(self) -> None:
        """Close all connections; further calls raise StateError."""
        self._closed = True
        self._client.close()

    def _told(self, work: Callable[[], T]) -> T:
        """Do *work* and wrap what the driver raises."""
        if self._closed:
            message = f"state {self.address} was used after it was closed"
            raise StateError(message, subject=self.address)
        try:
            return work()
        except (RedisError, OSError) as error:
            message = f"cannot use the state in {self.address}: {error}"
            raise StateError(message, hint=_hint(error), subject=self.address) from error


def _client(url: str) -> redis.Redis:
    """Return a client; raises ValueError, TypeError or RedisError for what a URL cannot say."""
    if not parse_qs(urlsplit(url).query, keep_blank_values=True).keys() <= _OPTIONS:
        raise ValueError("options")
    client = redis.Redis.from_url(
        url,
        protocol=2,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        # redis-py would send a script again whose answer was lost: a counter would count twice.
        retry=Retry(NoBackoff(), 0),
    )
    pool = client.connection_pool
    pool.connection_class(**pool.connection_kwargs)  # an option of another kind of URL shows only here
    return client


def _address(pool: redis.ConnectionPool) -> str:
    """Return where the server is, without user and password."""
    options = pool.connection_kwargs
    database = options.get("db", 0)
    if "path" in options:
        return f"unix://{options['path']}?db={database}"
    scheme = "rediss" if issubclass(pool.connection_class, redis.SSLConnection) else "redis"
    return f"{scheme}://{options.get('host', 'localhost')}:{options.get('port', 6379)}/{database}"


def _hint(error: Exception) -> str:
    """Return what to do about an error of the driver."""
    if isinstance(error, AuthenticationError):
        return "correct user and password in ASKPRO_REDIS_URL"
    if isinstance(error, ReadOnlyError):
        return "this server is a replica: name the primary in ASKPRO_REDIS_URL"
    if isinstance(error, OutOfMemoryError):
        return "raise the server's maxmemory, or choose an eviction policy volatile-…"
    return "start the server, correct ASKPRO_REDIS_URL, or leave it empty to keep state in SQLite"
