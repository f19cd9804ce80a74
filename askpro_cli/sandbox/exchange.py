"""What the layers of the sandbox tell each other about one request, by way of the ASGI scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SCOPE_KEY = "askpro.sandbox"


@dataclass(slots=True)
class Exchange:
    """One request: its journal entry, the quirks its handler sees, and its own clock offset in seconds."""

    entry: dict[str, Any]
    query: dict[str, list[str]]
    quirks: frozenset[str] = frozenset()
    clock_offset: float = 0.0
