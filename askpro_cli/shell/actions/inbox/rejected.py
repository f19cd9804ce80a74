"""``askpro webhooks rejected list|show`` between the command line and the records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.base.nearest import nearest
from askpro_cli.base.times import get_zone
from askpro_cli.shell.actions.records.opened import named_if_none, platform_records
from askpro_cli.shell.output.result import Column, Result, Table
from askpro_cli.webhooks.arrivals import Cause

if TYPE_CHECKING:
    from askpro_cli.shell.context import App
    from askpro_cli.webhooks.inbox.rejected import Rejection, RejectionFilter

_COLUMNS = (
    Column("Id", align="right", fit="keep"),
    Column("Last seen (UTC)", fit="keep"),
    Column("Source", fit="keep"),
    Column("Cause", style="bold", fit="keep"),
    Column("Hits", align="right", fit="keep"),
    Column("From", fit="keep", drop=2),
    Column("Detail", drop=1),
    Column("Event", align="right", fit="keep", drop=3),
)


def read_filter(
    app: App, *, source: str | None, cause: str | None, since: str | None, until: str | None
) -> RejectionFilter:
    """Return the filter that was typed.

    Raises:
        InvalidValueError: a cause nobody knows, or a time that is none.
    """
    from askpro_cli.webhooks.inbox.rejected import RejectionFilter
    from askpro_cli.webhooks.reading.moments import parse_moment

    causes = [str(one) for one in Cause]
    if cause is not None and cause not in causes:
        meant = nearest(cause, causes)
        hint = f"did you mean {meant}?" if meant else f"causes: {', '.join(causes)}"
        raise InvalidValueError(f"--cause: there is no cause {cause!r}", hint=hint, subject="--cause")
    zone = get_zone(app.settings.text("timezone"))
    return RejectionFilter(
        source=source,
        cause=cause,
        since_ms=None if since is None else parse_moment(since, zone, app.clock, field="--since"),
        until_ms=None
        if until is None
        else parse_moment(until, zone, app.clock, field="--until", end_of_day=True),
    )


def list_rejected(app: App, wanted: RejectionFilter, *, limit: int, fail_if_none: bool) -> Result:
    """Return rejected requests, the newest first.

    Raises:
        ConfigError, RecordsError: the records cannot be used.
    """
    from askpro_cli.webhooks.inbox.rejected import list_rejections

    found = platform_records(app, read_only=True).run_in_transaction(
        lambda session: list_rejections(session, wanted, limit + 1), context="list rejected requests"
    )
    more = len(found) > limit
    found = found[:limit]
    words = "the last " + counted(len(found)) + "; there are more" if more else counted(len(found))
    return Result(
        data={"rejected": [rejection_view(one) for one in found], "more": more},
        table=rejections_table(found),
        messages=[named_if_none(app, words, number=len(found))],
        exit_code=ExitCode.NOTHING_MATCHED if fail_if_none and not found else None,
        records="rejected",
    )


def show_rejected(app: App, key: int, *, reveal: bool) -> Result:
    """Return one with headers and body, and which wrong way of signing fits it.

    Raises:
        NotFoundError: there is none.
        ConfigError, RecordsError: the records cannot be used.
    """
    from askpro_cli.shell.actions.inbox.events import with_texts
    from askpro_cli.shell.actions.inbox.explained import explain_rejection
    from askpro_cli.webhooks.inbox.headers import packed
    from askpro_cli.webhooks.inbox.rejected import get_rejection
    from askpro_cli.webhooks.reading.views import body_view, headers_view

    found = platform_records(app, read_only=True).run_in_transaction(
        lambda session: get_rejection(session, key), context="read a rejected request"
    )
    if reveal:
        app.log.event("personal_data_revealed", rejected=[key])
    data = rejection_view(found) | {
        "headers": [list(pair) for pair in headers_view(packed(found.headers))],
        "body_kept": found.body is not None,
        "body": body_view(found.body, reveal=reveal),
        "would_match": [one._asdict() for one in explain_rejection(app, found)],
    }
    rows = [[name, _shown(value)] for name, value in with_texts(data).items() if value not in (None, [])]
    return Result(data=data, table=Table((Column("Field", style="bold", fit="keep"), Column("Value")), rows))


def rejection_view(one: Rejection) -> dict[str, Any]:
    """Return a rejected request as JSON, without headers and body."""
    from askpro_cli.webhooks.reading.views import iso_ms

    return {
        "id": one.id,
        "source": one.source,
        "cause": one.cause,
        "detail": one.detail,
        "method": one.method,
        "path": one.path,
        "client": one.client,
        "hits": one.hits,
        "received_at": iso_ms(one.received_at_ms),
        "last_seen_at": iso_ms(one.last_seen_ms),
        "correlation_id": one.correlation_id,
        "body_size": one.body_size,
        "event_id": one.admitted_event_id,
        "admitted_at": iso_ms(one.admitted_at_ms),
    }


def rejections_table(found: list[Rejection]) -> Table:
    """Return them as a table."""
    views = [rejection_view(one) for one in found]
    names = ("id", "last_seen_at", "source", "cause", "hits", "client", "detail", "event_id")
    return Table(_COLUMNS, [[_shown(view[name]) for name in names] for view in views])


def counted(number: int) -> str:
    """Return ``1 rejected request``, ``3 rejected requests``."""
    return "1 rejected request" if number == 1 else f"{number} rejected requests"


def _shown(value: Any) -> str:
    if isinstance(value, list | dict):
        import json

        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
