"""``/metrics``: everything countable, in the words of Prometheus, gathered when it is asked for."""

from __future__ import annotations

from starlette.responses import Response

from askpro_cli.server.api.answers import CORRELATION_HEADER
from askpro_cli.server.api.call import Call


def metrics(call: Call) -> Response:
    """Answer all metrics; what a store does not tell is missing, and ``askpro_source_up`` says so."""
    from prometheus_client import exposition, openmetrics

    from askpro_cli.server.api.metric_sources import MetricSources

    sources = MetricSources(call.daemon, call.api)
    if "application/openmetrics-text" in call.wanted_form:
        body = openmetrics.exposition.generate_latest(sources)  # type: ignore[no-untyped-call]
        media_type = openmetrics.exposition.CONTENT_TYPE_LATEST
    else:
        body, media_type = exposition.generate_latest(sources), exposition.CONTENT_TYPE_PLAIN_0_0_4
    return Response(body, media_type=media_type, headers={CORRELATION_HEADER: call.correlation_id})
