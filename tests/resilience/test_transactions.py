"""A vendor is never called while a transaction of the records holds its locks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection
from support.resilience import Bench, Vendor

from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.state.sqlite_store import SqliteStore


def test_a_vendor_call_inside_a_transaction_is_refused_as_a_bug(
    sqlite_store: SqliteStore, tmp_path: Path
) -> None:
    vendor = Vendor()
    policy = Bench(sqlite_store).policy()
    records = tmp_path / "records.db"
    records.touch()  # an engine never makes a file of records by itself
    engine = open_engine(f"sqlite:///{records}")

    def work(_connection: Connection) -> None:
        asyncio.run(policy.call("bookings.create", vendor.send, write=True))

    with pytest.raises(RuntimeError, match=r"bookings\.create.*claim an idempotency key"):
        run_in_transaction(engine, work, context="claim an idempotency key")
    engine.dispose()
    assert vendor.calls == 0
