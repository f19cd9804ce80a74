"""The request journal: what was asked and answered, without keys and without personal data."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from askpro_cli.sandbox.protocol.answers import iso_ms

_SHOWN = frozenset(
    {
        "status",
        "eventTypeId",
        "eventTypeIds",
        "eventTypeSlug",
        "eventSlug",
        "username",
        "teamSlug",
        "teamId",
        "teamsIds",
        "bookingUid",
        "afterStart",
        "beforeEnd",
        "afterCreatedAt",
        "beforeCreatedAt",
        "afterUpdatedAt",
        "beforeUpdatedAt",
        "sortStart",
        "sortEnd",
        "sortCreated",
        "sortUpdatedAt",
        "take",
        "skip",
        "start",
        "end",
        "timeZone",
        "duration",
        "format",
        "bookingUidToReschedule",
        "startTime",
        "endTime",
        "slotFormat",
        "hostsLimit",
        "sortCreatedAt",
    }
)
_MASK = "***"
_IDEMPOTENCY = "idempotency"


class Journal:
    """Keeps the newest requests."""

    def __init__(self, size: int) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=size)
        self._count = 0

    def open(self, method: str, path: str, query: Mapping[str, list[str]], now: datetime) -> dict[str, Any]:
        """Return a new entry that the layers fill in."""
        self._count += 1
        entry: dict[str, Any] = {
            "n": self._count,
            "ts": iso_ms(now),
            "method": method,
            "path": path,
            "query": {name: _masked(name, values) for name, values in query.items()},
            "version": None,
            "status": None,
            "ms": None,
            "request_id": None,
            "faults": [],
            "idempotency": {},
        }
        self._entries.append(entry)
        return entry

    def entries(self, method: str | None = None, path: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield the entries, oldest first; *path* matches its beginning."""
        for entry in self._entries:
            if method is not None and entry["method"] != method.upper():
                continue
            if path is None or entry["path"].startswith(path):
                yield entry

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()


def _masked(name: str, values: list[str]) -> str:
    return ",".join(values) if name in _SHOWN else _MASK


def idempotency_of(body: Any) -> dict[str, str]:
    """Return the idempotency keys in a body's metadata, nothing else of it."""
    metadata = body.get("metadata") if isinstance(body, dict) else None
    if not isinstance(metadata, dict):
        return {}
    return {key: str(value) for key, value in metadata.items() if _IDEMPOTENCY in key.lower()}
