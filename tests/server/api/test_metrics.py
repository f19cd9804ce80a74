"""``/metrics``: what Prometheus reads, also while a store is gone."""

from __future__ import annotations

import re

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from support.inbox_rows import put_event
from support.served import Serve, Served

from askpro_cli.resilience.metrics import NAMESPACE, TryRecord, record_tries
from askpro_cli.server.api.needs import ApiOptions

WORKERS = {
    "running": True,
    "in_flight": 2,
    "overdue": 0,
    "outcomes": {"done": 5, "failed": 1},
    "effects": {"done": 4},
    "seconds_to_settle": 1.5,
    "buckets": {0.1: 3, 1.0: 5, float("inf"): 6},
}


def _read(served: Served, token: str | None = None) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return every sample by name and labels, as a scraper reads them."""
    answer = served.ask("/metrics", token=token or served.token("metrics:read"))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_what_waits_is_told_by_state_with_the_age_of_the_oldest(served: Served) -> None:
    put_event(served.daemon.records, 1)
    put_event(served.daemon.records, 2)
    put_event(served.daemon.records, 3, state="done")
    found = _read(served)
    assert found["askpro_events", (("state", "failed"),)] == 2
    assert found["askpro_events", (("state", "received"),)] == 0
    assert ("askpro_events_oldest_age_seconds", (("state", "failed"),)) in found
    assert found["askpro_source_up", (("source", "records"),)] == 1


def test_counters_and_histograms_are_those_of_the_daemon(serve_with: Serve) -> None:
    served = serve_with(workers=WORKERS)
    counters = served.daemon.counters
    counters.answers["calcom", "accepted"] += 3
    counters.note_commit(0.004, 7)
    counters.note_commit(99.0, 1)
    found = _read(served)
    assert found["askpro_intake_answers_total", (("outcome", "accepted"), ("source", "calcom"))] == 3
    assert found["askpro_intake_committed_events_total", ()] == 8
    assert found["askpro_commit_seconds_bucket", (("le", "0.005"),)] == 1
    assert found["askpro_commit_seconds_bucket", (("le", "+Inf"),)] == 2
    assert found["askpro_commit_seconds_count", ()] == 2
    assert found["askpro_attempts_total", (("outcome", "done"),)] == 5
    assert found["askpro_settled_seconds_bucket", (("le", "1.0"),)] == 5
    assert found["askpro_settled_seconds_count", ()] == 6


def test_calls_to_vendors_are_told_with_their_breakers(served_embedded: Served) -> None:
    store = served_embedded.daemon.state.for_namespace(NAMESPACE)
    told = TryRecord(
        ts=1.0, run="r", vendor="calcom", company="salon", operation="me", number=1, outcome="ok", ms=30.0
    )
    record_tries(store, [told, told])
    found = _read(served_embedded)
    labels = (("operation", "me"), ("outcome", "ok"), ("vendor", "calcom"))
    assert found["askpro_vendor_tries_total", labels] == 2
    bucket = (("le", "0.05"), ("operation", "me"), ("vendor", "calcom"))
    assert found["askpro_vendor_seconds_bucket", bucket] == 2


def test_a_database_that_is_gone_takes_only_its_own_metrics_along(served_embedded: Served) -> None:
    token = served_embedded.token("metrics:read")
    _read(served_embedded, token)
    with served_embedded.daemon.records.engine.begin() as connection:
        connection.execute(text("ALTER TABLE webhook_events RENAME TO gone"))
    found = _read(served_embedded, token)
    assert found["askpro_source_up", (("source", "records"),)] == 0
    assert found["askpro_source_up", (("source", "state"),)] == 1
    assert found["askpro_ready", ()] == 1


def test_openmetrics_where_that_is_accepted(served_embedded: Served) -> None:
    accepted = {"Accept": "application/openmetrics-text; version=1.0.0; charset=utf-8"}
    answer = served_embedded.ask("/metrics", token=served_embedded.token("metrics:read"), headers=accepted)
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    families = parse_openmetrics(answer.text)  # type: ignore[no-untyped-call]
    assert {family.name for family in families} >= {"askpro_ready", "askpro_events"}


@pytest.mark.parametrize(
    "accept", ["application/openmetrics-text; version=x", "text/plain; version=9..9", ";,"]
)
def test_a_strange_wish_for_a_form_gets_some_form(served_embedded: Served, accept: str) -> None:
    token = served_embedded.token("metrics:read")
    answer = served_embedded.ask("/metrics", token=token, headers={"Accept": accept})
    assert answer.status_code == 200


def test_names_are_those_of_the_house(served_embedded: Served) -> None:
    """Metric names cannot be changed later without breaking somebody's dashboard."""
    names = {name for name, _ in _read(served_embedded)}
    assert all(re.fullmatch(r"askpro_[a-z_]+", name) for name in names)


def test_behind_one_socket_each_process_tells_its_own(serve_with: Serve) -> None:
    """Else a counter would jump between processes from one scrape to the next."""
    found = _read(serve_with(ApiOptions(process="4711")))
    assert found["askpro_ready", (("process", "4711"),)] == 1
    assert found["askpro_commit_seconds_count", (("process", "4711"),)] == 0
    assert found["askpro_events", (("state", "received"),)] == 0
