"""Companies and the people who call them, for tests of customers and telephone numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from askpro_cli.base.clock import ManualClock
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Company
from support.records import opened


def company(records: Records, slug: str, **more: Any) -> Records:
    """Add a company and return its records."""
    records.run_in_transaction(lambda session: session.add(Company(slug=slug, name=slug.title(), **more)))
    return records.for_company(slug)


@pytest.fixture
def sqlite_platform(sqlite_platform_url: str, sandbox_clock: ManualClock) -> Iterator[Records]:
    """Records over empty tables of the embedded database, for tests to which the family does not matter."""
    with opened(sqlite_platform_url, sandbox_clock) as records:
        yield records


@pytest.fixture
def sqlite_salon_records(sqlite_seeded_url: str, sandbox_clock: ManualClock) -> Iterator[Records]:
    """Records of the demo company on the embedded database."""
    with opened(sqlite_seeded_url, sandbox_clock) as records:
        yield records.for_company("salon")
