"""The secrets in use: looked up for each request, replaced as a whole when they are loaded anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from askpro_cli.webhooks.arrivals import Secret

Load = Callable[[], Mapping[str, Sequence[Secret]]]

_BETWEEN = re.compile(r"[,\r\n]")


def split_secrets(text: str) -> list[str]:
    """Return the secrets of a setting or a file: between commas or lines, without blanks around them."""
    return [secret for part in _BETWEEN.split(text) if (secret := part.strip())]


class SecretBook:
    """Secrets by source. A request sees the old ones or the new ones, never a mixture.

    Args:
        load: reads all of them; raises ConfigError when one cannot be read.

    Raises:
        ConfigError: as *load*.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._pages = _frozen(load())

    def of(self, source: str) -> tuple[Secret, ...]:
        """Return the secrets of a source; empty when it has none, so that it must be refused."""
        return self._pages.get(source, ())

    def sources(self) -> tuple[str, ...]:
        """Return the sources that have a secret, sorted."""
        return tuple(sorted(self._pages))

    def reload(self) -> tuple[str, ...]:
        """Load anew and return the sources that changed, sorted; where that fails the old ones stay in use.

        Raises:
            ConfigError: one cannot be read; nothing has changed.
        """
        pages = _frozen(self._load())  # read completely before anything is replaced
        before, self._pages = self._pages, pages
        return tuple(sorted(name for name in before | pages if before.get(name) != pages.get(name)))


def _frozen(loaded: Mapping[str, Sequence[Secret]]) -> dict[str, tuple[Secret, ...]]:
    return {source: tuple(secrets) for source, secrets in loaded.items() if secrets}
