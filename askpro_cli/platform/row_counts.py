"""How many rows the tables have, and whether some went missing between two counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, inspect, select, table

PASSING_TABLES = frozenset(
    {"idempotency_keys", "webhook_attempts", "webhook_effects", "webhook_rejected", "api_requests"}
)
"""Tables whose rows leave by themselves; fewer of them are no loss."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Rows of a table that are gone.

    Args:
        table: its name.
        before: rows there were.
        after: rows there are; None where the table itself is gone.
    """

    table: str
    before: int
    after: int | None

    @property
    def rows(self) -> int:
        """Return how many are gone."""
        return self.before - (self.after or 0)

    @property
    def percent(self) -> float:
        """Return how much of the table is gone, 0 to 100."""
        return 100.0 * self.rows / self.before


def count_rows(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Return the rows of those tables of *names* that are there, in the order of their names.

    One statement counts them all: the figures are of one moment.
    """
    wanted = set(names)
    there = sorted(wanted.intersection(inspect(connection).get_table_names())) if wanted else []
    if not there:
        return {}
    counts = [select(func.count()).select_from(table(name)).scalar_subquery() for name in there]
    return dict(zip(there, connection.execute(select(*counts)).one(), strict=True))


def losses(before: Mapping[str, int], after: Mapping[str, int]) -> list[Loss]:
    """Return the tables that have fewer rows than before, but for those whose rows leave by themselves."""
    return [
        Loss(name, rows, after.get(name))
        for name, rows in before.items()
        if name not in PASSING_TABLES and rows > after.get(name, 0)
    ]
