"""Events that this process has claimed: what a worker knows of them, and what became of them."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from typing import NamedTuple

from askpro_cli.webhooks.handling import Effect


class Claim(NamedTuple):
    """One event under a lease.

    Args:
        event_id: its row.
        source: who sent it.
        event_type: as the sender calls it.
        entity: whose events are in order.
        company: slug of the company whose secret verified it, or that was found before.
        attempts: claims so far, this one included.
        correlation_id: of the request that brought it.
        received_ms: when it came, by the daemon's clock.
        body: the raw bytes; None when they are large (read when they are needed) or gone.
        claim_id: the fence: rows are changed only under it.
    """

    event_id: int
    source: str
    event_type: str
    entity: str | None
    company: str | None
    attempts: int
    correlation_id: str
    received_ms: int
    body: bytes | None
    claim_id: str


class Settled(NamedTuple):
    """What became of a claim.

    Args:
        claim: the claim.
        state: the state its event is left in.
        reason: one sentence without personal data, None where there is nothing to say.
        company: whose it turned out to be.
        retry_ms: milliseconds until it is tried again; None: never by itself.
        effects: what must happen after the commit.
        started_ms: when handling began, by this host's clock.
    """

    claim: Claim
    state: str
    started_ms: int
    reason: str | None = None
    company: str | None = None
    retry_ms: int | None = None
    effects: Sequence[Effect] = ()


class Kept(NamedTuple):
    """An effect that has its row, which goes when it has happened.

    Args:
        row: its id.
        effect: what must happen.
        attempts: how often it was tried.
    """

    row: int
    effect: Effect
    attempts: int = 0


def new_claim_id() -> str:
    """Return a claim id that nobody else has: 32 hex digits."""
    return os.urandom(16).hex()


def worker_name(number: int = 0) -> str:
    """Return what this process is called in ``claimed_by``: host, process, number."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{number}"
