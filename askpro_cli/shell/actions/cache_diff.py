"""``askpro cache diff`` between the command line and the rooms below: differences become findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from askpro_cli.base.errors import RequestCapError
from askpro_cli.base.findings import Unknown
from askpro_cli.base.times import human_span, iso_local
from askpro_cli.booking.windows import days_of
from askpro_cli.calcom.upkeep.cache_diff import Compared, Days, Differ
from askpro_cli.calcom.upkeep.checks import CAL010
from askpro_cli.calcom.upkeep.choosing import Choice, Chooser
from askpro_cli.calcom.upkeep.warmup_report import items_of
from askpro_cli.shell.actions.cache_findings import findings_of, in_short
from askpro_cli.shell.actions.chosen import Wanted
from askpro_cli.shell.actions.vendor_meta import counted, vendor_meta
from askpro_cli.shell.output.progress import Progress, shown
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

_COLUMNS = (
    Column("Event type", style="bold", fit="keep"),
    Column("Id", fit="keep", drop=1),
    Column("Minutes", align="right"),
    Column("State"),
    Column("Days", align="right"),
    Column("Not offered", align="right"),
    Column("Not cached", align="right"),
    Column("Age", align="right", drop=2),
)


async def diff_cache(app: App, wanted: Wanted) -> Result:
    """Compare, and tell the differences.

    Raises:
        VendorAuthError: the key is not accepted.
        VendorError, UnknownError, RequestCapError: nothing could be compared at all.
    """
    async with app.calcom() as client:
        choice = await wanted.find(Chooser(client, app.cache()))
        items = items_of(choice.event_types, all_lengths=True)
        progress = Progress(len(choice.event_types), lambda: counted(client.requests, "request"))
        differ = Differ(client, app.cache(), wanted.window, app.clock.now, lambda _: progress.advance())
        with shown(progress, app.console):
            app.console.quiet = True  # the pauses for the budget are part of the progress shown
            found = await differ.run(items)
        meta = vendor_meta(app, client.last, client.requests)
    return _answer(app, wanted, choice, found, meta)


def _answer(
    app: App, wanted: Wanted, choice: Choice, found: Sequence[Compared], meta: dict[str, Any]
) -> Result:
    zone = app.company.zone
    days = days_of(wanted.window, zone)
    views = [_view(one, zone) for one in found]
    data = {
        "chosen": wanted.how,
        "timezone": zone.key,
        "from": days[0].isoformat(),
        "to": days[-1].isoformat(),
        "items": views,
    }
    same = sum(one.state == "same" for one in found)
    return Result(
        data=data,
        table=_table(views),
        messages=[
            f"{wanted.told(app)}, {len(days)} days: {same} of {len(found)} the same",
            counted(meta["requests"], "request"),
        ],
        findings=[finding for one in found for finding in findings_of(one, zone)],
        told=in_short(found, zone),
        unknown=list(_unknown(found)),
        errors=list(choice.failed.values()),
        meta=meta,
        records="items",
    )


def _view(one: Compared, zone: ZoneInfo) -> dict[str, Any]:
    event_type = one.item.event_type
    return {
        "event_type_id": event_type.id,
        "reference": event_type.reference,
        "minutes": one.item.minutes,
        "state": one.state,
        "days_compared": len(one.days),
        "days_not_cached": one.not_cached,
        "days_changed": one.changed,
        "age_seconds": None if one.age is None else round(one.age, 3),
        "not_offered": [iso_local(start, zone) for start in _starts(one.gone)],
        "not_cached": [iso_local(start, zone) for start in _starts(one.unseen)],
        "why": one.error.message if one.error else None,
    }


def _starts(days: Days) -> list[datetime]:
    return sorted(start for starts in days.values() for start in starts)


def _table(views: Sequence[dict[str, Any]]) -> Table:
    """Return the items: with counts and rounded ages for a person, with every time for a pipe."""
    rows = []
    exact = []
    for view in views:
        head = [
            str(view[name]) for name in ("reference", "event_type_id", "minutes", "state", "days_compared")
        ]
        age, times = view["age_seconds"], (view["not_offered"], view["not_cached"])
        rows.append([*head, *(str(len(one)) for one in times), "" if age is None else human_span(age)])
        exact.append([*head, *(", ".join(one) for one in times), "" if age is None else str(age)])
    return Table(_COLUMNS, rows, tsv_rows=exact)


def _unknown(found: Sequence[Compared]) -> Iterator[Unknown]:
    for one in found:
        if isinstance(one.error, RequestCapError):
            yield Unknown(CAL010.code, one.item.name, one.error.message, "raise --max-requests")
        elif one.error is not None:
            yield Unknown(CAL010.code, one.item.name, f"{one.item.name}: {one.error.message}", one.error.hint)
