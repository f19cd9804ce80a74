"""Which event type a service means, kept in the shared state: a cached read needs no records.

What is kept is a copy of what the records said lately, for reading free times only: who books asks the
records. It is forgotten whenever askpro changes what services mean, and by itself after a while.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from askpro_cli.base.errors import StateError
from askpro_cli.base.spelling import composed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from askpro_cli.booking.flow.mapping.wishes import ServiceWish
    from askpro_cli.state.store import StateStore

_TAG = "records:services"
_LONGEST_KEY = 400  # bytes; the store allows 512 with what it adds


class ServiceCache:
    """What the services of one company mean. State that is away makes every read a miss.

    Args:
        store: the shared state, bound to the company.
        ttl: seconds that an entry counts; 0 keeps nothing.
        scope: names the database, so that those of two are never mixed.
    """

    def __init__(self, store: StateStore, ttl: float, scope: str) -> None:
        self._store = store
        self._ttl = ttl
        self._scope = scope

    def read(self, wish: ServiceWish) -> int | None:
        """Return the vendor's id of the event type, None when it is not known."""
        key = self._key(wish)
        if key is None:
            return None
        with suppress(StateError, ValueError):
            entry = self._store.get_entries([key]).get(key)
            return None if entry is None else int(entry.value)
        return None

    def begin(self) -> Mapping[str, int] | None:
        """Call before asking the records; an entry counts only if nothing was changed since."""
        with suppress(StateError):
            return self._store.generations([_TAG])
        return None

    def keep(self, begun: Mapping[str, int] | None, wish: ServiceWish, event_type_id: int) -> None:
        """Keep what the records said."""
        key = self._key(wish)
        if key is None or begun is None or self._ttl <= 0:
            return
        with suppress(StateError):
            self._store.set_tagged({key: str(event_type_id).encode()}, ttl={key: self._ttl}, tags=begun)

    def _key(self, wish: ServiceWish) -> str | None:
        """Return where it lies; None for what is not kept: a call's branch, and names of any length."""
        if wish.call is not None:
            return None
        names = [composed(name) if name else None for name in (wish.service, wish.branch, wish.staff)]
        key = f"{_TAG}:{self._scope}:{json.dumps(names)}"
        return key if len(key) <= _LONGEST_KEY else None


def forget_services(store: StateStore) -> None:
    """Forget what the services of the store's company mean, for the records say something else now."""
    with suppress(StateError):
        store.bump(_TAG)
