"""The uids of recent bookings, for shell completion: in the state store, so they may vanish at any moment."""

from __future__ import annotations

from askpro_cli.state.store import StateStore

_PREFIX = "recent-bookings:"
LIMIT = 50
"""As many as a person may want to choose from; a uid is not personal data."""

KEEP_SECONDS = 30 * 24 * 3600.0
"""Counted from the newest booking."""


def remember_booking(store: StateStore, server: str, uid: str) -> None:
    """Note that booking *uid* of *server* was made, moved or shown, in the store's company.

    Raises:
        StateError: the store cannot be used.
    """
    store.append(_PREFIX + server, uid.encode(), limit=LIMIT, ttl=KEEP_SECONDS)


def recent_bookings(store: StateStore, server: str, count: int = LIMIT) -> list[str]:
    """Return at most *count* uids of the store's company on *server*, newest first, each once.

    The same company has other bookings on another server, such as a staging one of a profile.

    Raises:
        StateError: the store cannot be used.
    """
    newest_first = reversed(store.tail(_PREFIX + server, LIMIT))
    return list(dict.fromkeys(uid.decode() for uid in newest_first))[:count]
