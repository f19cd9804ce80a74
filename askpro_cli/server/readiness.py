"""Can this process take and keep an event? What ``/readyz`` answers."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """One reason why not.

    Args:
        check: ``draining``, ``schema``, ``store``, ``disk``, ``secrets``, ``inbox``.
        detail: one sentence for operators; ``/readyz`` tells it to those who may know.
    """

    check: str
    detail: str


class Readiness(NamedTuple):
    """The answer.

    Args:
        problems: none: ready.
        checked_ms: when it was looked at, milliseconds since 1970 UTC.
    """

    problems: tuple[Problem, ...]
    checked_ms: int

    @property
    def ready(self) -> bool:
        """Tell whether events are taken."""
        return not self.problems
