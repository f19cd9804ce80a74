"""Metrics of Prometheus from plain numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from askpro_cli.resilience.metrics import BUCKETS_MS, OperationStats
from askpro_cli.server.counters import SECONDS, Durations

Samples = Iterable[tuple[tuple[str, ...], float]]
"""Values of the labels, value."""


def gauge(name: str, told: str, labels: Sequence[str], samples: Samples) -> GaugeMetricFamily:
    """Return a number that goes up and down."""
    family = GaugeMetricFamily(name, told, labels=labels)
    for values, value in samples:
        family.add_metric(values, float(value))
    return family


def counter(name: str, told: str, labels: Sequence[str], samples: Samples) -> CounterMetricFamily:
    """Return a number that only grows; ``_total`` is added to its name."""
    family = CounterMetricFamily(name, told, labels=labels)
    for values, value in samples:
        family.add_metric(values, float(value))
    return family


def durations(name: str, told: str, taken: Durations) -> HistogramMetricFamily:
    """Return how long something took, from the daemon's buckets."""
    return _histogram(name, told, (), [((), cumulated(SECONDS, taken.counts), taken.total)])


def latency(name: str, told: str, operations: Iterable[OperationStats]) -> HistogramMetricFamily:
    """Return how long vendors took, by vendor and operation."""
    bounds = [ms / 1000 for ms in BUCKETS_MS]
    samples = [
        (
            (stats.vendor, stats.operation),
            cumulated(bounds, [stats.latency.get(bound, 0) for bound in (*BUCKETS_MS, None)]),
            stats.total_ms / 1000,
        )
        for stats in operations
    ]
    return _histogram(name, told, ("vendor", "operation"), samples)


def cumulated(bounds: Sequence[float], counts: Sequence[int]) -> list[tuple[str, float]]:
    """Return buckets as Prometheus wants them: each holds all that took no longer than its bound.

    Args:
        bounds: upper ones, in seconds.
        counts: one a bound, and one more for what took longer.
    """
    sums: list[tuple[str, float]] = []
    total = 0
    for bound, count in zip([*map(str, bounds), "+Inf"], counts, strict=True):
        total += count
        sums.append((bound, total))
    return sums


def _histogram(
    name: str,
    told: str,
    labels: Sequence[str],
    samples: Iterable[tuple[tuple[str, ...], list[tuple[str, float]], float]],
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, told, labels=labels)
    for values, buckets, total in samples:
        family.add_metric(values, buckets, total)
    return family
