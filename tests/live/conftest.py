"""The live suite runs when it is named (`make test-live`), and on the account the environment names.

It is never part of the suite: without `tests/live` on the command line nothing here is collected.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from support.live import MARK, Account, Heard, Left, NoAccountError, sweep

from askpro_cli.calcom.client import CalcomClient
from askpro_cli.state.sqlite_store import SqliteStore
from askpro_cli.state.store import StateStore

HERE = Path(__file__).resolve().parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder out unless it was asked for."""
    named = (Path(config.invocation_params.dir, word.partition("::")[0]) for word in config.args)
    asked = any(path.resolve().is_relative_to(HERE) for path in named)
    return None if asked or not collection_path.is_relative_to(HERE) else True


@pytest.fixture(scope="session")
def account() -> Account:
    """The test account; without one the run ends here and says what is missing."""
    try:
        return Account.from_environment()
    except NoAccountError as error:
        pytest.exit(str(error), returncode=2)


@pytest.fixture
def no_network() -> None:
    """Open the network, for this folder alone."""


@pytest.fixture(scope="session")
def live_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StateStore]:
    """One store for the whole run, so that the request budget is kept over all tests."""
    store = SqliteStore(tmp_path_factory.mktemp("live") / "state.db", "live")
    yield store
    store.close()


@pytest.fixture(scope="session", autouse=True)
def _swept(account: Account, live_store: StateStore) -> Iterator[None]:
    """Take away what earlier runs left, and whatever this one leaves, also after a failure."""
    _told(asyncio.run(_sweep(account, live_store)), "an earlier live run")
    yield
    _told(asyncio.run(_sweep(account, live_store)), "a live test that failed")


async def _sweep(account: Account, store: StateStore) -> Left:
    async with account.client(store, Heard()) as client:
        return await sweep(client, account)


def _told(left: Left, whose: str) -> None:
    if left:
        print(f"\nswept up after {whose}: bookings {left.bookings}, webhooks {left.webhooks}")  # noqa: T201


@pytest.fixture
def mark() -> dict[str, str]:
    """Metadata that tells the bookings of live tests from all others."""
    return {MARK: f"{os.getpid()}-{uuid.uuid4().hex[:8]}"}


@pytest.fixture
async def client(account: Account, live_store: StateStore) -> AsyncIterator[CalcomClient]:
    """A client on the account; what it hears must keep the contract."""
    heard = Heard()
    async with account.client(live_store, heard) as found:
        yield found
    assert not heard.problems, "\n".join(dict.fromkeys(heard.problems))
