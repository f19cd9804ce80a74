"""A seeded salon before it goes on the telephone: records, settings and Cal.com agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Base
from askpro_cli.platform.tenancy import TenantSession
from support.calling import Caller
from support.cli import Outcome
from support.records import opened
from support.salon import Salon
from support.sandbox import SANDBOX_KEY

SETTINGS = {
    "ASKPRO_COMPANIES_SALON_CALCOM_API_KEY": SANDBOX_KEY,
    "ASKPRO_RETELL_API_KEY": "key_invented",
    "ASKPRO_WEBHOOK_SECRET_CALCOM": "invented-calcom",
    "ASKPRO_WEBHOOK_SECRET_RETELL": "invented-retell",
}


@dataclass(frozen=True)
class Provisioned:
    """The program over a seeded database and the built-in salon."""

    salon: Salon
    records: Records

    def __call__(self, *words: str, **more: Any) -> Outcome:
        """Run ``askpro provision check …`` with the answer as JSON."""
        return self.salon.cli("provision", "check", *words, "--json", **more)

    def change(self, do: Callable[[TenantSession], object]) -> None:
        """Change the records behind everybody's back."""
        self.records.platform_wide("a test changes rows").run_in_transaction(do)

    def set(self, model: type[Base], where: dict[str, Any], **values: Any) -> None:
        """Set columns of all rows of *model* that have the values *where*."""

        def work(session: TenantSession) -> None:
            rows = session.scalars(select(model).filter_by(**where)).all()
            assert rows, f"no {model.__tablename__} with {where}"
            for row in rows:
                for name, value in values.items():
                    setattr(row, name, value)

        self.change(work)

    def world(self, do: str, **what: Any) -> None:
        """Change the vendor's account: see ``POST /_sandbox/world``."""
        Caller(self.salon.sandbox, self.salon.clock).control("POST", "world", {"do": do, **what})

    def event_type(self, event_type_id: int, **fields: Any) -> None:
        """Change an event type at the vendor."""
        self.world("changeEventType", id=event_type_id, set=fields)

    def asked(self) -> list[str]:
        """Return what the vendor was asked, in order."""
        return [f"{entry['method']} {entry['path']}" for entry in self.salon.sandbox.journal.entries()]


def found(seen: Outcome) -> list[str]:
    """Return the codes of the findings."""
    return sorted({str(finding["code"]) for finding in seen.json["findings"]})


def unknown(seen: Outcome) -> list[str]:
    """Return the codes of what could not be checked."""
    return sorted({str(one["code"]) for one in seen.json["unknown"]})


def _provisioned(salon: Salon, url: str) -> Iterator[Provisioned]:
    salon.cli.env |= SETTINGS | {"ASKPRO_DATABASE_URL": url}
    with opened(url, salon.clock) as records:
        yield Provisioned(salon, records)


@pytest.fixture
def provisioned(salon: Salon, sqlite_seeded_url: str) -> Iterator[Provisioned]:
    """Return it on the embedded database."""
    yield from _provisioned(salon, sqlite_seeded_url)


@pytest.fixture
def provisioned_anywhere(salon: Salon, seeded_url: str) -> Iterator[Provisioned]:
    """Return it on each family of databases."""
    yield from _provisioned(salon, seeded_url)
