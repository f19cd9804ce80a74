"""What is counted and chosen among many is read from an index alone: bodies lie between the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event
from support.inbox_events import put_event

from askpro_cli.platform.records import Records
from askpro_cli.webhooks.reading import counting, listing
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.replay.options import ReplayOptions
from askpro_cli.webhooks.replay.planning import preview

WANTED = {
    "a state": Criteria(states=("dead",)),
    "a source": Criteria(sources=("calcom",)),
    "a type since then": Criteria(types=("BOOKING_CREATED",), since_ms=5),
    "a company": Criteria(company="salon-nord"),
    "between two moments": Criteria(since_ms=5, until_ms=2**50),
    "no company, two states": Criteria(no_company=True, states=("dead", "done")),
}


def plans(records: Records, work: Callable[[Any], object]) -> list[str]:
    """Return how SQLite finds what *work* asks for, a line a step."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    event.listen(records.engine, "before_cursor_execute", note)
    records.run_in_transaction(work)
    event.remove(records.engine, "before_cursor_execute", note)
    with records.engine.connect() as connection:
        return [
            str(row[3])
            for statement, values in asked
            if statement.lstrip().startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            if "webhook_events" in str(row[3])
        ]


@pytest.mark.parametrize("name", WANTED)
def test_a_preview_reads_one_index(sqlite_platform: Records, name: str) -> None:
    put_event(sqlite_platform, company="salon-nord")
    found = plans(sqlite_platform, lambda session: preview(session, WANTED[name], ReplayOptions()))
    by_key = "SEARCH webhook_events USING INTEGER PRIMARY KEY (rowid=?)"
    newest = "SEARCH webhook_events"  # the end of the table
    covered = [one for one in found if "COVERING INDEX webhook_events_state_index" in one]
    assert covered
    assert set(found) - set(covered) <= {by_key, newest}


@pytest.mark.parametrize("name", WANTED)
def test_a_list_chooses_from_one_index(sqlite_platform: Records, name: str) -> None:
    put_event(sqlite_platform)
    found = plans(
        sqlite_platform,
        lambda session: listing.list_events(session, WANTED[name], limit=5, before_id=2**40),
    )
    assert not [one for one in found if one.startswith("SCAN") or "USING INDEX" in one]


def test_the_counts_of_the_inbox_are_read_from_one_index(sqlite_platform: Records) -> None:
    (plan,) = plans(sqlite_platform, counting.count_states)
    assert "COVERING INDEX webhook_events_state_index" in plan
