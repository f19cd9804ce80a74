"""``/api/v1/rejected``: requests that were not let in."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from askpro_cli.base.errors import NotFoundError
from askpro_cli.base.redaction import mask_text
from askpro_cli.server.api import wishes
from askpro_cli.server.api.call import Call
from askpro_cli.server.api.paging import PARAMETERS, page_of, paged
from askpro_cli.webhooks.arrivals import Cause
from askpro_cli.webhooks.inbox.rejected import Rejection, RejectionFilter, find_rejection, list_rejections
from askpro_cli.webhooks.reading.views import body_view, iso_ms

FILTERS = ("source", "cause", "since", "until")


def rejected(call: Call) -> Response:
    """Answer a page of rejected requests, the newest first, without their bodies.

    Raises:
        UsageError: a parameter that cannot be.
        RecordsError: the database cannot be asked.
    """
    call.accept(*PARAMETERS, *FILTERS)
    page, wanted = page_of(call), _filter(call)
    found = call.daemon.records.run_in_transaction(
        lambda session: list_rejections(session, wanted, page.limit + 1), context="list rejected requests"
    )
    return call.answer(paged("rejected", found, page, _view, lambda row: row.id))


def rejection(call: Call) -> Response:
    """Answer one rejected request; people masked unless that was asked for.

    Raises:
        NotFoundError: there is none, or it was let go.
        ApiRefusal: it is asked to reveal, and the token may not.
        RecordsError: the database cannot be asked.
    """
    call.accept("reveal")
    key, reveal = call.key(), call.reveal()
    found = call.daemon.records.run_in_transaction(
        lambda session: find_rejection(session, key), context="show a rejected request"
    )
    if found is None:
        raise NotFoundError(f"there is no rejected request {key}", subject=str(key))
    if reveal:
        call.note_revealed("rejected", key)
    headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in found.headers]
    body = {"body_kept": found.body is not None, "body": body_view(found.body, reveal=reveal)}
    return call.answer(_view(found) | {"headers": headers} | body)


def _filter(call: Call) -> RejectionFilter:
    causes = wishes.checked_words(call.query.getlist("cause"), tuple(Cause), "cause")
    return RejectionFilter(
        source=wishes.checked_word(call.query.get("source"), "source"),
        cause=causes[0] if causes else None,
        since_ms=wishes.moment(call, "since"),
        until_ms=wishes.moment(call, "until"),
        before_id=page_of(call).cursor,
    )


def _view(row: Rejection) -> dict[str, Any]:
    return {
        "id": row.id,
        "source": row.source,
        "cause": row.cause,
        "detail": row.detail,
        "method": row.method,
        "path": mask_text(row.path),
        "client": row.client,
        "hits": row.hits,
        "correlation_id": row.correlation_id,
        "received_at": iso_ms(row.received_at_ms),
        "last_seen_at": iso_ms(row.last_seen_ms),
        "body_size": row.body_size,
        "admitted_event_id": row.admitted_event_id,
        "admitted_at": iso_ms(row.admitted_at_ms),
    }
