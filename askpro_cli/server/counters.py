"""What the daemon counts: plain numbers, added to in the event loop alone, read by ``/metrics``.

No lock is needed: one thread writes, and a reader that sees a number one too small sees the next one soon.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets of durations; one more holds what took longer."""


class Durations:
    """How long something took, in buckets.

    Attributes:
        counts: by bucket of :data:`SECONDS`, the last one without a bound; not cumulative.
        total: of all, in seconds.
    """

    def __init__(self) -> None:
        self.counts = [0] * (len(SECONDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(SECONDS, seconds)] += 1
        self.total += seconds


class Counters:
    """What one process did since its start.

    Attributes:
        answers: intake's answers by (source, outcome): ``accepted``, ``duplicate``, ``conflict``, a word of
            :class:`~askpro_cli.webhooks.arrivals.Cause`, ``busy`` (too many at once), ``full`` (the queue),
            ``unavailable`` (database, disk), ``gone`` (the sender left), ``bug``.
        refused: what never became a request, by ``head_too_large``, ``head_timeout``, ``body_timeout``,
            ``not_http``, ``idle``, ``slow_reader``, ``too_many_behind``.
        intake: from the whole head to the answer, whatever it was.
        commits: of the inbox; written by its thread alone.
        batch_events: in all of these commits together.
        open: connections now.
        accepted: connections ever.
        requests: of all routes.
        reloads: SIGHUPs that were followed.
    """

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, str]] = Counter()
        self.refused: Counter[str] = Counter()
        self.intake = Durations()
        self.commits = Durations()
        self.batch_events = 0
        self.open = 0
        self.accepted = 0
        self.requests = 0
        self.reloads = 0

    def note_commit(self, seconds: float, events: int) -> None:
        """Count one commit of the inbox; called in its thread, which alone writes these."""
        self.commits.add(seconds)
        self.batch_events += events


def samples_of(counters: Counters) -> list[tuple[str, Mapping[str, str], float]]:
    """Return everything that only grows: name, labels, value."""
    found: list[tuple[str, Mapping[str, str], float]] = [
        ("askpro_intake_answers", {"source": source, "outcome": outcome}, count)
        for (source, outcome), count in counters.answers.copy().items()
    ]
    found += [
        ("askpro_http_refused", {"cause": cause}, count) for cause, count in counters.refused.copy().items()
    ]
    return [
        *found,
        ("askpro_http_connections", {}, counters.accepted),
        ("askpro_http_requests", {}, counters.requests),
        ("askpro_intake_committed_events", {}, counters.batch_events),
        ("askpro_reloads", {}, counters.reloads),
    ]
