"""Ten minutes of a steady stream: does the daemon's memory stay where it is? Only when asked for by name."""

from __future__ import annotations

from collections.abc import Iterator

from intake import child
from report import Figure

GROWTH_LIMIT = 1.05


def figures() -> Iterator[Figure]:
    """Compare the memory at the end with that after the first minute."""
    found = child("soak_calls.py")
    if found is not None:
        note = (
            f"{found['first_mb']:.1f} MB, then {found['last_mb']:.1f} MB after {found['minutes']:.0f} minutes"
        )
        name = "memory of the daemon at the end of a soak over its first minute, sqlite"
        yield Figure(name, found["last_mb"] / found["first_mb"], GROWTH_LIMIT, "x", found, note)
