"""``askpro alternatives`` between the command line and the rooms below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import AskproError
from askpro_cli.base.times import iso_local, iso_utc, parse_instant
from askpro_cli.booking.alternatives import Alternative
from askpro_cli.booking.fitting import fit_duration
from askpro_cli.booking.free_times import Wish, find_alternatives
from askpro_cli.booking.slot_views import alternative_view, event_type_view
from askpro_cli.calcom.lookup import Reference, find_event_type, parse_reference
from askpro_cli.shell.desk import wish_around
from askpro_cli.shell.result import Result
from askpro_cli.shell.slot_tables import alternatives_table, when
from askpro_cli.shell.vendor_meta import told, vendor_meta

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.shell.context import App


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked; None where the settings or the event type decide."""

    reference: Reference
    around: datetime
    days: int | None
    limit: int | None
    duration: int | None

    @classmethod
    def read(
        cls,
        app: App,
        event_type: str,
        *,
        around: str,
        days: int | None,
        limit: int | None,
        duration: int | None,
    ) -> Question:
        """Check what was typed.

        Raises:
            InvalidValueError: something is malformed.
        """
        instant = parse_instant(around, app.company.zone, field="--around")
        return cls(parse_reference(event_type, app.company.event_types), instant, days, limit, duration)


async def answer(app: App, question: Question, *, refresh: bool) -> Result:
    """Search and rank.

    Raises:
        NotFoundError: no such event type.
        VendorError, UnknownError: Cal.com could not be asked.
    """
    async with app.calcom() as client:
        known = await find_event_type(client, app.cache(), question.reference, refresh=refresh)
        fit_duration(question.duration, known.event_type)
        wish = wish_around(
            app,
            known.event_type,
            question.around,
            length=question.duration,
            days=question.days,
            limit=question.limit,
        )
        ranked, found = await find_alternatives(client, app.cache(), wish, clock=app.clock, refresh=refresh)
        call = found.calls[-1] if found.calls else known.meta
        meta = vendor_meta(app, call, client.requests, hit=found.hit, age=found.age, stale=found.stale)
    return _result(app, wish, ranked, meta)


def _result(app: App, wish: Wish, ranked: Sequence[Alternative], meta: dict[str, Any]) -> Result:
    zone = app.company.zone
    views = [alternative_view(found, zone) for found in ranked]
    data = {
        "event_type": event_type_view(wish.event_type),
        "timezone": zone.key,
        "asked": iso_local(wish.asked, zone),
        "asked_utc": iso_utc(wish.asked),
        "alternatives": views,
    }
    none = [] if views else [f"no free slot within {wish.days} days of {iso_local(wish.asked, zone)}"]
    return Result(
        data=data,
        table=alternatives_table(views, zone.key),
        messages=[*none, told(meta)],
        meta=meta,
        records="alternatives",
    )


async def offer(app: App, client: CalcomClient, wish: Wish) -> tuple[list[dict[str, Any]], list[str]]:
    """Return alternatives to a refused slot and the lines that offer them; never fails.

    The refusal is the answer. That nothing could be offered besides is told, and is no other exit code.
    """
    try:
        ranked, _ = await find_alternatives(client, app.cache(), wish, clock=app.clock)
    except AskproError as error:
        return [], [f"no alternatives could be looked up: {error.message}"]
    zone = app.company.zone
    views = [alternative_view(found, zone) for found in ranked]
    if not views:
        return [], [f"no free slot within {wish.days} days of it"]
    return views, [f"free: {when(view['start'], zone)} (score {view['score']})" for view in views]
