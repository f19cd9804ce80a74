"""An inbox at work in a test's event loop, and what its tables say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import create_engine, make_url, text

from askpro_cli.base.clock import Clock
from askpro_cli.platform.engine import open_engine
from askpro_cli.webhooks.inbox.inbox import Inbox
from askpro_cli.webhooks.inbox.options import InboxOptions


@asynccontextmanager
async def open_inbox(
    url: str, options: InboxOptions | None = None, *, clock: Clock | None = None, **more: Any
) -> AsyncIterator[Inbox]:
    """Open an inbox over a database with tables; *more* are arguments of the Inbox."""
    engine = open_engine(url)
    inbox = Inbox(engine, options or InboxOptions(min_free_bytes=0), clock=clock, **more)
    inbox.start()
    try:
        yield inbox
    finally:
        await asyncio.to_thread(inbox.close, 20)
        engine.dispose()


async def until(check: Any, *, within: float = 30.0) -> None:
    """Wait in the event loop until *check* is true."""
    deadline = asyncio.get_running_loop().time() + within
    while not check():
        assert asyncio.get_running_loop().time() < deadline, f"did not become true within {within} s"
        await asyncio.sleep(0.01)


def rows(url: str, statement: str, **values: Any) -> list[dict[str, Any]]:
    """Return what a query says, on a connection of its own: only what was committed is there."""
    engine = create_engine(make_url(url))
    try:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(statement), values).mappings()]
    finally:
        engine.dispose()


def events(url: str) -> list[dict[str, Any]]:
    """Return all events, in the order of their ids."""
    return rows(url, "SELECT * FROM webhook_events ORDER BY id")


def change(url: str, statement: str, **values: Any) -> None:
    """Change something past the program."""
    engine = create_engine(make_url(url))
    try:
        with engine.begin() as connection:
            connection.execute(text(statement), values)
    finally:
        engine.dispose()
