"""What differs from one sample to the next: ids and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

Document = dict[str, Any]


class Fresh(NamedTuple):
    """Ids and times of one sample; the same again make the same event, which is a duplicate.

    Args:
        token: 12 hex digits that stand in all its ids.
        now_ms: when it is sent, milliseconds since 1970 UTC.
    """

    token: str
    now_ms: int

    @property
    def now_s(self) -> int:
        """Return when it is sent, in seconds since 1970 UTC."""
        return self.now_ms // 1000

    def instant(self, *, days: int = 0, minutes: int = 0) -> str:
        """Return a time from then on as Cal.com writes it: ``2026-11-20T09:00:00.000Z``."""
        when = datetime.fromtimestamp(self.now_ms / 1000, tz=UTC) + timedelta(days=days, minutes=minutes)
        return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
