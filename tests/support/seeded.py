"""The demo company on every family: as cheap as empty tables, for the template is seeded once a worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from askpro_cli.base.clock import ManualClock
from askpro_cli.platform.records import Records
from askpro_cli.platform.upkeep.seed import seed
from support.databases import DATABASES
from support.records import Templates, opened
from support.sandbox import SANDBOX_NOW


class SeededTemplates(Templates):
    """Databases that hold the demo company ``salon`` and nothing else."""

    @contextmanager
    def copy(self, family: str, path: Path) -> Iterator[str]:
        """Return the URL of a seeded database."""
        with super().copy(family, path) as url:
            if family == "mariadb":  # emptied between tests, where the others are cloned
                _seed(url)
            yield url

    def _make(self, family: str) -> str:
        url = super()._make(family)
        _seed(url)
        return url


def _seed(url: str) -> None:
    with opened(url, ManualClock(SANDBOX_NOW)) as records:
        seed(records)


@pytest.fixture(scope="session")
def seeded_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeededTemplates]:
    """The worker's seeded templates."""
    with ExitStack() as stack:
        yield SeededTemplates(tmp_path_factory.mktemp("seeded"), stack)


@pytest.fixture(params=DATABASES)
def seeded_url(
    request: pytest.FixtureRequest, seeded_templates: SeededTemplates, tmp_path: Path
) -> Iterator[str]:
    """The URL of a database with the demo company ``salon``, of each family."""
    with seeded_templates.copy(request.param, tmp_path / "salon" / "records.db") as url:
        yield url


@pytest.fixture
def sqlite_seeded_url(seeded_templates: SeededTemplates, tmp_path: Path) -> Iterator[str]:
    """The same on the embedded database alone, for tests to which the family does not matter."""
    with seeded_templates.copy("sqlite", tmp_path / "salon" / "records.db") as url:
        yield url


@pytest.fixture
def salon_records(seeded_url: str, sandbox_clock: ManualClock) -> Iterator[Records]:
    """Records of the demo company, of each family; their clock is that of ``sandbox_app``."""
    with opened(seeded_url, sandbox_clock) as records:
        yield records.for_company("salon")
