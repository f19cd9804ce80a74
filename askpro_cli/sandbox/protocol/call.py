"""One request on its way to a handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from askpro_cli.sandbox.protocol.answers import Answer
from askpro_cli.sandbox.world.model import User
from askpro_cli.sandbox.world.world import World


@dataclass(slots=True)
class Call:
    """What a handler gets to see.

    Attributes:
        path: without its query string.
        query: every value of a key, in order.
        body: the decoded JSON document; None when there is none.
        params: values of the path, e.g. `uid`.
        version: the version that answers, after the fallback.
        now: the sandbox's instant for every decision of this request.
        quirks: faults that change what a handler does (`stale-slots`, `race409`, …).
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    body: Any
    params: Mapping[str, str]
    version: str
    caller: User | None
    world: World
    now: datetime
    quirks: frozenset[str] = frozenset()

    @property
    def epoch(self) -> int:
        """Return now in whole epoch seconds."""
        return int(self.now.timestamp())

    def value(self, name: str) -> str | None:
        """Return the last value of a query parameter."""
        found = self.query.get(name)
        return found[-1] if found else None


Handler = Callable[[Call], Answer]
