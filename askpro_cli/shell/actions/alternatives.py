"""``askpro alternatives`` between the command line and the rooms below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import AskproError
from askpro_cli.base.times import iso_local, iso_utc
from askpro_cli.booking.alternatives import Alternative
from askpro_cli.booking.fitting import fit_duration
from askpro_cli.booking.free_times import Wish, find_alternatives
from askpro_cli.booking.slot_views import alternative_view, event_type_view
from askpro_cli.calcom.event_types.lookup import find_event_type
from askpro_cli.shell.actions.desk import wish_around
from askpro_cli.shell.actions.slot_tables import alternatives_table
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.actions.wanted import Around
from askpro_cli.shell.output.result import Result, Table

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.shell.context import App


async def answer(app: App, question: Around, *, refresh: bool) -> Result:
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
        meta = vendor_meta(app, client.last, client.requests, hit=found.hit, age=found.age, stale=found.stale)
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


@dataclass(frozen=True, slots=True)
class Offered:
    """What is offered instead of a refused slot.

    Args:
        views: the alternatives, nearest first.
        lines: why there are none.
        table: the alternatives for a person or a pipe, None without any.
        hint: what to do where there are none, None where nobody knows.
        more: the command that shows all free times, where the refused command does not say what it asks for.
    """

    views: list[dict[str, Any]]
    lines: list[str]
    table: Table | None = None
    hint: str | None = None
    more: str | None = None

    def point_out(self, refusal: AskproError, *, also: str = "") -> None:
        """Let the hint of *refusal* speak of what is offered here; *also* is what else can be done."""
        if self.views:
            refusal.hint = f"choose one of the free times{also}"
        elif self.hint:
            refusal.hint = self.hint
        if self.more:
            refusal.hint = "; ".join(filter(None, (refusal.hint, f"`{self.more}` shows the free times")))


async def offer(app: App, client: CalcomClient, wish: Wish) -> Offered:
    """Return alternatives to a refused slot; never fails.

    The refusal is the answer. That nothing could be offered besides is told, and is no other exit code.
    """
    try:
        ranked, _ = await find_alternatives(client, app.cache(), wish, clock=app.clock)
    except AskproError as error:
        return Offered([], [f"no alternatives could be looked up: {error.message}"])
    zone = app.company.zone
    views = [alternative_view(found, zone) for found in ranked]
    if not views:
        further = f"`askpro alternatives` with more than --days {wish.days} searches further"
        return Offered([], [f"no free slot within {wish.days} days of it"], hint=further)
    return Offered(views, [], alternatives_table(views, zone.key))
