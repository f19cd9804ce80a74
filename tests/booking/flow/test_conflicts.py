"""Whether a time is taken, against a model that looks at every minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from support.flow import TEAM, TOMORROW_TEN
from support.records import opened
from support.seeded import SeededTemplates

from askpro_cli.base.times import Interval
from askpro_cli.booking.flow import conflicts, states
from askpro_cli.booking.flow.conflicts import Calendar
from askpro_cli.booking.flow.mapping.reading import bookable_hosts
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Appointment, CalcomEventType
from askpro_cli.platform.tenancy import TenantSession

MINUTES = 60  # the window in which everything happens; short, so that edges meet often
STATUSES = sorted(states.ALL)


class Undo(Exception):  # noqa: N818 - no error: it takes the example back
    """Rolls the rows of one example back."""


@pytest.fixture(scope="module")
def salon(
    seeded_templates: SeededTemplates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Records, int, list[int]]]:
    """The salon's records, its team's event type, and the two people behind it; shared by all examples."""
    folder: Path = tmp_path_factory.mktemp("conflicts")
    with seeded_templates.copy("sqlite", folder / "records.db") as url, opened(url) as platform:
        records = platform.for_company("salon")

        def known(session: TenantSession) -> tuple[int, list[int]]:
            query = select(CalcomEventType.id).where(CalcomEventType.name == TEAM)
            event_type = session.scalars(query).one()
            return event_type, [one.id for one in bookable_hosts(session, event_type)]

        yield (records, *records.run_in_transaction(known))


spans = st.tuples(st.integers(0, MINUTES - 1), st.integers(1, MINUTES)).map(
    lambda pair: (pair[0], min(pair[0] + pair[1], MINUTES))
)
holders = st.fixed_dictionaries(
    {
        "who": st.sampled_from([None, 0, 1]),
        "status": st.sampled_from(STATUSES),
        "span": spans,
        "to": st.none() | spans,
    }
)


def at(minute: int) -> datetime:
    return TOMORROW_TEN + timedelta(minutes=minute)


def add(session: TenantSession, salon: tuple[Records, int, list[int]], holder: dict[str, object]) -> int:
    _, event_type, people = salon
    who, span, to = holder["who"], holder["span"], holder["to"]
    moving = holder["status"] == states.MOVING and to is not None
    row = Appointment(
        staff_id=None if who is None else people[who],  # type: ignore[call-overload] # drawn above
        calcom_event_type_id=event_type,
        correlation_id="test",
        status=holder["status"],
        starts_at=at(span[0]),  # type: ignore[index]
        ends_at=at(span[1]),  # type: ignore[index]
        moving_to_starts_at=at(to[0]) if moving else None,  # type: ignore[index]
        moving_to_ends_at=at(to[1]) if moving else None,  # type: ignore[index]
    )
    session.add(row)
    session.flush()
    return row.id


def minutes_held(holder: dict[str, object]) -> set[int]:
    """Every minute a holder takes: half-open, where it stands and where it is moved."""
    if holder["status"] not in states.HOLDING:
        return set()
    held = set(range(*holder["span"]))  # type: ignore[misc]
    if holder["status"] == states.MOVING and holder["to"] is not None:
        held |= set(range(*holder["to"]))  # type: ignore[misc]
    return held


def model_taken(rows: list[dict[str, object]], who: int | None, wanted: tuple[int, int]) -> bool:
    window = set(range(*wanted))
    held = [(row["who"], minutes_held(row) & window) for row in rows]
    if who is not None:
        return any(person == who and minutes for person, minutes in held)
    if all(any(person == one and minutes for person, minutes in held) for one in (0, 1)):
        return True
    for minute in window:
        people = {person for person, minutes in held if minute in minutes and person is not None}
        nobody = sum(person is None and minute in minutes for person, minutes in held)
        if len(people) + nobody >= 2:
            return True
    return False


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(holders, max_size=5),
    who=st.sampled_from([None, 0, 1]),
    wanted=spans,
    own=st.none() | st.integers(0, 4),
)
def test_a_time_is_taken_exactly_when_the_minutes_say_so(
    salon: tuple[Records, int, list[int]],
    rows: list[dict[str, object]],
    who: int | None,
    wanted: tuple[int, int],
    own: int | None,
) -> None:
    records, event_type, people = salon
    found: list[bool] = []

    def work(session: TenantSession) -> None:
        ids = [add(session, salon, row) for row in rows]
        own_id = ids[own] if own is not None and own < len(ids) else None
        calendar = Calendar(event_type, None if who is None else people[who])
        interval = Interval(at(wanted[0]), at(wanted[1]))
        conflicts.lock(session, calendar)
        found.append(conflicts.in_the_way(session, calendar, interval, own_id=own_id) is not None)
        raise Undo

    with pytest.raises(Undo):
        records.run_in_transaction(work)
    others = [row for number, row in enumerate(rows) if number != own]
    assert found == [model_taken(others, who, wanted)]


@pytest.mark.parametrize(("count", "taken"), [(3, False), (4, True)])
def test_a_course_takes_as_many_as_it_has_seats(
    salon: tuple[Records, int, list[int]], count: int, *, taken: bool
) -> None:
    records, event_type, people = salon
    found: list[object] = []

    def work(session: TenantSession) -> None:
        for _ in range(count):
            add(session, salon, {"who": 0, "status": states.SCHEDULED, "span": (0, 30), "to": None})
        course = Calendar(event_type, people[0], seats=4)
        found.append(conflicts.in_the_way(session, course, Interval(at(0), at(30))) is not None)
        found.append(conflicts.in_the_way(session, course, Interval(at(15), at(45))) is not None)
        raise Undo

    with pytest.raises(Undo):
        records.run_in_transaction(work)
    assert found == [taken, True]
