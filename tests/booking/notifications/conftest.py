"""Records of the embedded database, for tests to which the family does not matter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.records import opened

from askpro_cli.base.clock import ManualClock
from askpro_cli.platform.records import Records


@pytest.fixture
def embedded(sqlite_platform_url: str, sandbox_clock: ManualClock) -> Iterator[Records]:
    """Records over empty tables."""
    with opened(sqlite_platform_url, sandbox_clock) as records:
        yield records
