"""Notes in the shared state about what a run is in the middle of, for the same command, run again.

Shared state may vanish: a note helps, and nothing depends on it. So state that is away is written to the
run's log and is no reason to stop.
"""

from __future__ import annotations

import json
from typing import Any

from askpro_cli.base.errors import StateError
from askpro_cli.booking.desk import Desk
from askpro_cli.resilience.threads import hop


class Note:
    """One note; without personal data.

    Args:
        desk: its cache names the shared state and the company.
        kind: what it is for.
        about: what it is about.
        seconds: how long it is kept.
    """

    def __init__(self, desk: Desk, kind: str, about: str, *, seconds: float) -> None:
        self._store = desk.cache.store
        self._log = desk.log
        self._key = f"{kind}:{desk.cache.scope}:{about}"
        self._seconds = seconds

    async def read(self) -> dict[str, Any]:
        """Return what an earlier run wrote, {} when nothing or when state is away."""
        try:
            noted = await hop(lambda: self._store.get(self._key))
        except StateError:
            return {}
        found = json.loads(noted) if noted else {}
        return found if isinstance(found, dict) else {}

    async def write(self, note: dict[str, Any]) -> None:
        """Keep *note* in place of what was written before."""
        text = json.dumps(note).encode()
        try:
            await hop(lambda: self._store.set(self._key, text, ttl=self._seconds))
        except StateError as error:
            self._log.event("note.not_kept", level="warning", about=self._key, reason=error.message)

    async def erase(self) -> None:
        """Forget it."""
        try:
            await hop(lambda: self._store.delete(self._key))
        except StateError as error:
            self._log.event("note.not_erased", level="warning", about=self._key, reason=error.message)
