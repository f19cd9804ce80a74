"""The log of SQLite is moved into the file while the inbox is open, not by the commits."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import make_url
from support.admissions import admitted
from support.inboxes import events, open_inbox, rows, until

from askpro_cli.webhooks.inbox import checkpoints

COUNT = 600


def test_what_was_kept_moves_into_the_file(sqlite_platform_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "_EVERY_PAGES", 200)
    file = Path(make_url(sqlite_platform_url).database or "")
    before = file.stat().st_size

    async def run() -> None:
        async with open_inbox(sqlite_platform_url) as inbox:
            for begin in range(0, COUNT, 20):
                together = (inbox.keep(admitted(f"uid-{number}")) for number in range(begin, begin + 20))
                await asyncio.gather(*together)
            await until(lambda: file.stat().st_size > before + 200_000)
            assert inbox.health().committer.failed == 0

    asyncio.run(run())
    assert len(events(sqlite_platform_url)) == COUNT
    assert rows(sqlite_platform_url, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]
