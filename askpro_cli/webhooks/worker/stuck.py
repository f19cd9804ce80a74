"""Events that nobody will handle by themselves, or that somebody holds too long; and how to let them go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from askpro_cli.platform.tenancy import TenantSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """One of them. Times: milliseconds since 1970 UTC, by the database's clock.

    Args:
        why: ``failed`` (never tried again by itself: its company is unknown), ``abandoned`` (its worker is
            gone and no other takes it), ``held`` (a worker has it for longer than a handler may take),
            ``waiting`` (due for a while, and no worker comes).
        lease_left_ms: of a claim; negative when it is over.
    """

    id: int
    source: str
    event_type: str
    state: str
    why: str
    company: str | None
    entity: str | None
    reason: str | None
    attempts: int
    received_at_ms: int
    due_at_ms: int | None
    claimed_by: str | None
    lease_left_ms: int | None


def list_stuck(
    session: TenantSession, *, waiting_seconds: float = 60.0, source: str | None = None, limit: int = 100
) -> list[Stuck]:
    """Return at most *limit* events, the longest waiting first.

    Args:
        session: of the whole platform.
        waiting_seconds: how long an event may be due, or a lease be over, before it counts.
        source: only of this one.
        limit: at most so many.
    """
    raise NotImplementedError


def release(session: TenantSession, events: Sequence[int], *, held: bool = False) -> list[int]:
    """Let events be claimed at once, with their attempts counted from 0; return which were let go.

    Args:
        session: of the whole platform.
        events: their ids; those that are not stuck are left alone.
        held: also those under a live lease: their worker loses them and changes nothing any more.
    """
    raise NotImplementedError
