"""A run's log that keeps nothing: what is written to a file is no part of what is compared."""

from __future__ import annotations

from typing import Any


class QuietLog:
    """Takes events and forgets them."""

    def event(self, name: str, *, level: str = "info", **fields: Any) -> None:
        """Forget one event."""
