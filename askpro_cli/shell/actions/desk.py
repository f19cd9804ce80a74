"""Builds the tools of a booking from the run's App, and remembers what was booked for completion."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from askpro_cli.base.errors import StateError

if TYPE_CHECKING:
    from askpro_cli.booking.desk import Desk
    from askpro_cli.booking.free_times import Wish
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.calcom.models import Booking, EventType
    from askpro_cli.shell.context import App


def make_desk(app: App, client: CalcomClient) -> Desk:
    """Return what a booking, a move or a cancellation works with."""
    import asyncio

    from askpro_cli.booking.desk import Desk
    from askpro_cli.booking.ledger import Ledger

    ledger = Ledger(
        app.records,
        company=app.company.slug,
        server=app.company.server,
        hours=app.settings.number("booking.idempotency_hours"),
        log=app.log,
        sleep=asyncio.sleep,
        notify=app.notice,
    )
    return Desk(
        client=client,
        ledger=ledger,
        cache=app.cache(),
        zone=app.company.zone,
        clock=app.clock,
        log=app.log,
        fresh_seconds=app.settings.number("booking.fresh_seconds"),
        notify=app.notice,
    )


def wish_around(
    app: App,
    event_type: EventType,
    asked: datetime,
    *,
    length: int | None = None,
    days: int | None = None,
    limit: int | None = None,
) -> Wish:
    """Return what to search for around *asked*; what is None comes from the settings."""
    from askpro_cli.booking.free_times import Wish

    settings = app.settings
    return Wish(
        event_type=event_type,
        asked=asked,
        zone=app.company.zone,
        days=settings.integer("alternatives.days") if days is None else days,
        limit=settings.integer("alternatives.limit") if limit is None else limit,
        day_cost=settings.number("alternatives.day_cost_minutes"),
        length=length,
    )


async def remember(app: App, booking: Booking) -> None:
    """Note the uid for completion; state that cannot be used is no reason to fail."""
    from askpro_cli.resilience.threads import hop
    from askpro_cli.state.recent import remember_booking

    try:
        await hop(lambda: remember_booking(app.state(), app.company.server, booking.uid))
    except StateError as error:
        app.log.event("booking.not_remembered", level="warning", reason=error.message)
