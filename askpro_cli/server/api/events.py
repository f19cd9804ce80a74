"""``/api/v1/events``: what came in, and what became of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.responses import Response

from askpro_cli.server.api import wishes
from askpro_cli.server.api.call import Call
from askpro_cli.server.api.paging import PARAMETERS, page_of, paged
from askpro_cli.webhooks.reading.listing import list_events
from askpro_cli.webhooks.reading.showing import EventDetail, show_event
from askpro_cli.webhooks.reading.timeline import timeline
from askpro_cli.webhooks.reading.views import detail_view, event_view, iso_ms


def events(call: Call) -> Response:
    """Answer a page of events, the newest first.

    Raises:
        UsageError: a parameter that cannot be.
        RecordsError: the database cannot be asked.
    """
    call.accept(*PARAMETERS, *wishes.FILTERS, several=wishes.SEVERAL)
    page, criteria = page_of(call), wishes.criteria_of_query(call)
    found = call.daemon.records.run_in_transaction(
        lambda session: list_events(session, criteria, limit=page.limit + 1, before_id=page.cursor),
        context="list events",
    )
    return call.answer(paged("events", found, page, event_view, lambda row: row.id))


def event(call: Call) -> Response:
    """Answer one event with all that is kept about it and its story; people masked unless that was asked for.

    Raises:
        NotFoundError: there is none.
        ApiRefusal: it is asked to reveal, and the token may not.
        RecordsError: the database cannot be asked.
    """
    call.accept("reveal")
    key, reveal = call.key(), call.reveal()
    found = call.daemon.records.run_in_transaction(partial(show_event, event_id=key), context="show an event")
    if reveal:
        call.note_revealed("event", key)
    return call.answer(detail_view(found, reveal=reveal) | {"timeline": _timeline(found)})


def _timeline(found: EventDetail) -> list[dict[str, Any]]:
    return [
        {"at": iso_ms(moment.at_ms), "what": moment.what, "detail": moment.detail}
        for moment in timeline(found)
    ]
