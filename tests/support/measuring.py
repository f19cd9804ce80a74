"""Which processes count for coverage: pytest's own, and those of tests that ask for ``measured``.

Measuring a process costs more than most of them do: 80 ms at its start, and half as much again of all it
does. What they run is run by tests in process as well; a test that is the only witness of some lines asks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

_COVERAGE = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


def pytest_configure(config: pytest.Config) -> None:
    """Take coverage out of what processes inherit, but for the workers of a parallel run."""
    starts_workers = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    for name in () if starts_workers else _COVERAGE:
        os.environ.pop(name, None)


@pytest.fixture
def measured(clean_environment: None) -> Iterator[None]:
    """Let the processes that this test starts count for coverage; ask for it before ``cli`` is made."""
    del clean_environment
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _COVERAGE.items():
            patch.setenv(name, value)
        yield
