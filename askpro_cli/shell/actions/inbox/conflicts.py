"""``askpro webhooks conflicts`` between the command line and the inbox."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from askpro_cli.shell.actions.records.opened import named_if_none, platform_records
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.shell.context import App
    from askpro_cli.webhooks.inbox.conflicts import Conflict

_COLUMNS = (
    Column("Event", align="right", fit="keep"),
    Column("Source", fit="keep"),
    Column("Type", style="bold", fit="keep"),
    Column("Key"),
    Column("Hits", align="right", fit="keep"),
    Column("Last seen (UTC)", fit="keep", drop=1),
)


def list_conflicts(app: App, *, source: str | None, limit: int) -> Result:
    """Return the conflicts as findings, the newest first.

    Raises:
        ConfigError, RecordsError: the records cannot be used.
    """
    from askpro_cli.webhooks.inbox.conflicts import finding_of
    from askpro_cli.webhooks.inbox.conflicts import list_conflicts as read_conflicts

    found = platform_records(app, read_only=True).run_in_transaction(
        lambda session: read_conflicts(session, source=source, limit=limit + 1), context="list conflicts"
    )
    more = len(found) > limit
    views = [_view(one) for one in found[:limit]]
    words = "1 conflict" if len(views) == 1 else f"{len(views)} conflicts"
    names = ("event_id", "source", "type", "key", "hits", "last_seen_at")
    return Result(
        data={"conflicts": views, "more": more},
        table=Table(_COLUMNS, [[str(view[name]) for name in names] for view in views]),
        messages=[
            f"the last {words}; there are more" if more else named_if_none(app, words, number=len(views))
        ],
        findings=[finding_of(one) for one in found[:limit]],
        told=[],
        records="conflicts",
    )


def _view(one: Conflict) -> dict[str, Any]:
    from askpro_cli.webhooks.reading.views import iso_ms

    view = asdict(one)
    view["type"], view["key"] = view.pop("event_type"), view.pop("dedup_key")
    view["received_at"] = iso_ms(view.pop("received_at_ms"))
    view["last_seen_at"] = iso_ms(view.pop("last_seen_ms"))
    return view
