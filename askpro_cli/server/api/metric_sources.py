"""Where the metrics come from: this process's counters, the records, the shared state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from askpro_cli import __version__
from askpro_cli.base.errors import AskproError
from askpro_cli.platform.pool import pool_figures
from askpro_cli.platform.transaction_watch import transaction_stats
from askpro_cli.resilience.metrics import snapshot
from askpro_cli.server.api.metric_families import counter, durations, gauge, latency
from askpro_cli.server.api.metric_parts import inbox_metrics, worker_metrics
from askpro_cli.server.api.needs import ApiDaemon
from askpro_cli.webhooks.reading.backlog import COUNTED, backlog

if TYPE_CHECKING:
    from askpro_cli.server.api.app import Api


class MetricSources(Collector):
    """A collector that asks each source when it is collected.

    Args:
        daemon: whose metrics.
        api: of it.
    """

    def __init__(self, daemon: ApiDaemon, api: Api) -> None:
        self._daemon = daemon
        self._api = api

    def collect(self) -> Iterator[Metric]:
        """Yield every metric; a source that fails yields none of its own."""
        up: list[tuple[tuple[str, ...], float]] = []
        yield from (self._of_process(metric) for metric in self._process())
        for name, source in (("records", self._records), ("state", self._state)):
            found, answered = _asked(source)
            yield from found
            up.append(((name,), float(answered)))
        yield gauge("askpro_source_up", "Whether a store told its metrics", ("source",), up)

    def _of_process(self, metric: Metric) -> Metric:
        """Say whose numbers these are: behind one socket each scrape meets another process."""
        process = self._api.options.process
        if process is not None:
            metric.samples = [
                one._replace(labels={**one.labels, "process": process}) for one in metric.samples
            ]
        return metric

    def _process(self) -> Iterator[Metric]:
        """Yield what this process counted itself."""
        daemon, counters = self._daemon, self._daemon.counters
        yield gauge("askpro_build_info", "Which askpro this is", ("version",), [((__version__,), 1)])
        yield gauge("askpro_ready", "Whether events are taken and kept", (), [((), daemon.readiness().ready)])
        yield gauge("askpro_http_open_connections", "Connections now", (), [((), counters.open)])
        yield from _counted(daemon)
        yield durations("askpro_intake_seconds", "From the whole head to intake's answer", counters.intake)
        yield durations("askpro_commit_seconds", "How long the inbox's commits took", counters.commits)
        status = daemon.status()
        yield from inbox_metrics(status["inbox"])
        yield from worker_metrics(status.get("workers"))
        refused = [((), float(self._api.limiter.refused))]
        yield counter("askpro_api_refused", "Requests of the API above a limit", (), refused)
        dropped = [((), float(self._api.request_log.dropped))]
        yield counter("askpro_api_not_logged", "Requests of the API that were not written down", (), dropped)

    def _records(self) -> Iterator[Metric]:
        """Yield what waits in the inbox, and this process's connections."""
        records = self._daemon.records
        found = {
            depth.state: depth
            for depth in records.run_in_transaction(backlog, context="count what waits in the inbox")
        }
        numbers = [((state,), found[state].number if state in found else 0) for state in COUNTED]
        yield gauge("askpro_events", "Events that are not over, or over badly", ("state",), numbers)
        now_ms = self._daemon.clock.now().timestamp() * 1000
        ages = [((state,), max(0.0, (now_ms - depth.oldest_ms) / 1000)) for state, depth in found.items()]
        yield gauge("askpro_events_oldest_age_seconds", "Age of the oldest of them", ("state",), ages)
        pool = pool_figures(records.engine)
        used = [(("in use",), pool.checked_out), (("idle",), pool.idle)]
        yield gauge("askpro_database_connections", "Connections to the records", ("state",), used)
        waits = [((), float(pool.waits))]
        yield counter("askpro_database_pool_waits", "How often all connections were in use", (), waits)

    def _state(self) -> Iterator[Metric]:
        """Yield what the shared state tells of the calls to vendors and of transactions, of all processes."""
        options = self._api.options
        seen = snapshot(self._daemon.state, breaker=options.breaker, governor=options.governor, requests=1)
        tries = [
            ((stats.vendor, stats.operation, outcome), float(count))
            for stats in seen.operations
            for outcome, count in stats.outcomes.items()
        ]
        labels = ("vendor", "operation", "outcome")
        yield counter("askpro_vendor_tries", "Requests to vendors by what became of them", labels, tries)
        yield latency("askpro_vendor_seconds", "How long vendors took to answer", seen.operations)
        states = [((one.name, str(one.state)), 1.0) for one in seen.breakers]
        yield gauge("askpro_breaker_state", "The state a circuit breaker is in", ("breaker", "state"), states)
        left = [((one.name,), one.left) for one in seen.budgets]
        yield gauge("askpro_budget_left", "Requests left in the vendor's window", ("budget",), left)
        outcomes = [
            ((word,), float(count)) for word, count in transaction_stats(self._daemon.state).outcomes.items()
        ]
        yield counter("askpro_transactions", "Transactions of commands", ("outcome",), outcomes)


def _asked(source: Callable[[], Iterable[Metric]]) -> tuple[list[Metric], bool]:
    try:
        return list(source()), True
    except AskproError:
        return [], False


def _counted(daemon: ApiDaemon) -> Iterator[Metric]:
    """Yield the daemon's counters, those of one name as one metric."""
    grouped: dict[str, list[tuple[tuple[str, ...], float]]] = {}
    labels: dict[str, tuple[str, ...]] = {}
    for name, labelled, value in daemon.count_samples():
        labels.setdefault(name, tuple(labelled))
        grouped.setdefault(name, []).append((tuple(labelled.values()), value))
    for name, samples in grouped.items():
        told = name.removeprefix("askpro_").replace("_", " ").capitalize()
        yield counter(name, f"{told} of this process", labels[name], samples)
