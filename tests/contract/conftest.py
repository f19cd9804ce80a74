"""A day in which everything is used, lived once in a process."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.contract.corpus import Corpus, Day, Place
from support.contract.sessions import SESSIONS

from askpro_cli.state.sqlite_store import SqliteStore


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """A day in which everything is used."""
    store = SqliteStore(Path(tmp_path_factory.mktemp("contract")) / "state.db", "practice")
    place = Place.build(store)
    yield Day(place.corpus, asyncio.run(_lived(place)))
    place.app.close(0)
    store.close()


async def _lived(place: Place) -> dict[str, str]:
    broken = {}
    for session in SESSIONS:
        try:
            await session(place)
        except Exception as error:  # noqa: BLE001 - told by the test of this session, the others go on
            broken[session.__name__] = "".join(traceback.format_exception(error))
    return broken


@pytest.fixture
def corpus(day: Day) -> Corpus:
    return day.corpus
