"""Whether two names are one, for hints and for care; a name alone never says who somebody is."""

from __future__ import annotations


def name_words(name: str) -> list[str]:
    """Return the words of a name, so that ``Schmidt, Anna`` is ``Anna Schmidt``."""
    return sorted(name.replace(",", " ").casefold().split())
