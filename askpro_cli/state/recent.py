"""The uids of bookings last made or changed here, for shell completion; uids are no personal data."""

from __future__ import annotations

from askpro_cli.state.store import StateStore

_KEY = "recent:bookings"
_LIMIT = 50
_KEPT_SECONDS = 30 * 86_400.0


def remember_booking(store: StateStore, uid: str) -> None:
    """Put *uid* at the end of the company's list, which keeps its newest 50 for 30 days."""
    store.append(_KEY, uid.encode(), limit=_LIMIT, ttl=_KEPT_SECONDS)


def recent_bookings(store: StateStore, count: int = 20) -> list[str]:
    """Return up to *count* different uids, the newest first."""
    newest_first = reversed(store.tail(_KEY, _LIMIT))
    return list(dict.fromkeys(uid.decode() for uid in newest_first))[:count]
