"""What a daemon is told when it starts; the shell fills it from settings and flags."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of whom is taken in; times in seconds.

    Args:
        max_body_bytes: a larger body is answered 413.
        max_header_bytes: a larger head is answered 431.
        head_timeout: the head of a request must be there by then (408).
        body_timeout: and its body (408).
        keep_alive: how long a connection may wait for its next request.
        concurrency: requests of one source at a time; more are answered 503.
        max_buffered_bytes: bodies in memory at a time, of all sources together; more are answered 503.
        tolerance: largest age of a signature that tells its time.
        linger: how long we read on after a refusal, so that a sender that is still sending sees it.
    """

    max_body_bytes: int = 2 * 1024 * 1024
    max_header_bytes: int = 32 * 1024
    head_timeout: float = 10.0
    body_timeout: float = 20.0
    keep_alive: float = 75.0
    concurrency: int = 256
    max_buffered_bytes: int = 64 * 1024 * 1024
    tolerance: float = 300.0
    linger: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """Where and how one process serves.

    Args:
        host: address to listen on.
        port: 0 takes a free one.
        uds: path of a Unix socket, instead of host and port.
        fd: descriptor of a socket that listens already, instead of all three.
        workers: processes; above 1 the parent only watches over them.
        drain: longest wait for what is under way at the end, in seconds.
        metrics: who may read ``/metrics``: ``token``, ``open`` or ``off``.
        proxies: addresses and networks whose ``X-Forwarded-For`` is believed.
        token_limit: requests a minute with one token.
        address_limit: requests a minute without one, by address.
        audit_keep_days: how long the log of API requests is kept.
        log_answers: log each of intake's answers (at level debug), which are only counted otherwise.
        limits: see :class:`Limits`.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    uds: str | None = None
    fd: int | None = None
    workers: int = 1
    drain: float = 30.0
    metrics: str = "token"
    proxies: tuple[str, ...] = ()
    token_limit: int = 600
    address_limit: int = 120
    audit_keep_days: int = 90
    log_answers: bool = False
    limits: Limits = field(default_factory=Limits)
