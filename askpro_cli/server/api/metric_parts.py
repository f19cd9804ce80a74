"""Metrics of the daemon's parts, from what inbox and workers tell about themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client.core import HistogramMetricFamily, Metric

from askpro_cli.server.api.metric_families import counter, gauge


def inbox_metrics(inbox: Mapping[str, Any]) -> Iterator[Metric]:
    """Yield the metrics of an inbox (:class:`~askpro_cli.webhooks.inbox.options.InboxHealth` as JSON)."""
    kept, gate, rejected = inbox["committer"], inbox["gate"], inbox["rejected"]
    yield gauge("askpro_inbox_up", "Whether the last commit was one", (), [((), kept["ok"])])
    yield gauge("askpro_inbox_waiting", "Events that wait to be kept", (), [((), kept["waiting"])])
    yield gauge("askpro_inbox_queue_limit", "How many may wait", (), [((), kept["queue"])])
    words = ("stored", "duplicates", "conflicts", "failed")
    yield counter(
        "askpro_inbox_events", "Events by what became of them", ("outcome",), [((w,), kept[w]) for w in words]
    )
    if gate is not None:
        yield gauge("askpro_gate_up", "Whether Redis answers as the first gate", (), [((), gate["ok"])])
    yield gauge("askpro_rejected_waiting", "Rejected requests to be kept", (), [((), rejected["waiting"])])
    lost = [((word,), float(rejected[word])) for word in ("kept", "dropped")]
    yield counter("askpro_rejected", "Rejected requests, kept or let go", ("outcome",), lost)
    if inbox["free_bytes"] is not None:
        free = [((), float(inbox["free_bytes"]))]
        yield gauge("askpro_disk_free_bytes", "Free on the disk of the records", (), free)


def worker_metrics(workers: Mapping[str, Any] | None) -> Iterator[Metric]:
    """Yield the metrics of the workers (:class:`~askpro_cli.webhooks.worker.options.WorkerStats` as JSON)."""
    if workers is None:
        return
    yield gauge("askpro_workers_running", "Whether they handle events", (), [((), workers["running"])])
    yield gauge("askpro_workers_in_flight", "Events being handled", (), [((), workers["in_flight"])])
    yield gauge("askpro_workers_overdue", "Handlers that do not return", (), [((), workers["overdue"])])
    yield _by_outcome("askpro_attempts", "Attempts by what became of them", workers["outcomes"])
    yield _by_outcome("askpro_effects", "After-commit effects by what became of them", workers["effects"])
    settled = HistogramMetricFamily("askpro_settled_seconds", "From received to settled")
    buckets = sorted(workers["buckets"].items(), key=lambda bucket: float(bucket[0]))
    if buckets:
        settled.add_metric((), [(_bound(bound), n) for bound, n in buckets], workers["seconds_to_settle"])
    yield settled


def _by_outcome(name: str, told: str, counts: Mapping[str, int]) -> Metric:
    return counter(name, told, ("outcome",), [((word,), float(count)) for word, count in counts.items()])


def _bound(bound: float) -> str:
    return "+Inf" if math.isinf(bound) else str(bound)
