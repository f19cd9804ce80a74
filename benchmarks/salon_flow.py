"""The booking flow as the program builds it, over a database of a benchmark; imported by child processes."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from bare import Recording, RecordingTransport, record

from askpro_cli.base.times import iso_utc, parse_wire
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.mapping.wishes import AppointmentWish, ServiceWish
from askpro_cli.shell.actions.records.flow_desk import open_flow
from askpro_cli.shell.context import App
from askpro_cli.shell.options import GlobalOptions
from askpro_cli.shell.output.console import Streams

SERVICE, EVENT_TYPE = "Herrenhaarschnitt", 1001
SECOND_SANDBOX = "ASKPRO_BENCH_SECOND_SANDBOX"
"""Variable with the base URL (``…/v2``) of the sandbox that hears the bare requests."""


def free_starts(url: str, count: int) -> list[datetime]:
    """Return so many free starts of the service from the day after tomorrow on, UTC."""
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    query: dict[str, str | int] = {
        "eventTypeId": EVENT_TYPE,
        "start": iso_utc(tomorrow),
        "end": iso_utc(tomorrow + timedelta(days=25)),
    }
    answer = httpx.get(
        f"{url}/slots", params=query, headers={"cal-api-version": "2024-09-04"}, trust_env=False
    )
    days = answer.raise_for_status().json()["data"].values()
    starts = [parse_wire(slot["start"]) for day in days for slot in day]
    assert len(starts) >= count, f"{len(starts)} free starts, {count} are needed"  # noqa: S101 - of a benchmark
    return starts[:count]


def wish(number: int, start: datetime) -> AppointmentWish:
    """Return what the *number*-th guest wants."""
    return AppointmentWish(
        ServiceWish(SERVICE, branch="mitte"),
        start,
        f"Gast {number}",
        f"gast{number}@example.org",
        f"+493023125{number:03}",
        "de",
        "Europe/Berlin",
    )


@asynccontextmanager
async def recorded_flow(database: str, recording: Recording) -> AsyncIterator[tuple[App, FlowDesk]]:
    """Open the flow over a seeded database; everything it says goes into *recording*."""
    environment = os.environ | {"ASKPRO_DATABASE_URL": database, "ASKPRO_COMPANY": "salon"}
    app = App.build(
        GlobalOptions(),
        environment,
        Path.cwd(),
        Streams(None, None, sys.stderr),
        http_transport=RecordingTransport(recording),
    )
    try:
        async with app.calcom() as client:
            flow = await open_flow(app, client)
            record(app.records(), recording)
            yield app, flow
    finally:
        app.close()
