"""Many at once: one slot, several people, the same call twice, and databases that break transactions off."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from itertools import combinations
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.exc import DBAPIError
from support.flow import HALF_AN_HOUR, TEAM, TOMORROW_TEN, FlowPlace, guest, wish

from askpro_cli.base.times import Interval
from askpro_cli.booking.flow.outcomes import Outcome
from askpro_cli.platform.schema import Appointment, CalcomEventType, Call, ServiceStaff, Staff, StaffEventType
from askpro_cli.platform.transaction_watch import watch
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.world.loading import parse
from askpro_cli.sandbox.world.world import World

ELEVEN = TOMORROW_TEN + 2 * HALF_AN_HOUR


def kinds(outcomes: list[Outcome | BaseException]) -> Counter[str]:
    return Counter(type(one).__name__ for one in outcomes)


def none_overlap(rows: list[Appointment]) -> bool:
    held = [(row.staff_id, Interval(row.starts_at, row.ends_at)) for row in rows]
    return not any(a[0] == b[0] and a[1].overlaps(b[1]) for a, b in combinations(held, 2))


def three_people(place: FlowPlace) -> None:
    """Let the team's event type book three, in the sandbox and in the records."""
    data = files("askpro_cli.sandbox.data").joinpath("salon.yaml").read_text(encoding="utf-8")
    data = data.replace("hosts: [lea, tiago]", "hosts: [salon, lea, tiago]", 1)
    place.sandbox = create_app(World(parse(data, "a test"), seed=1), clock=place.clock)

    def work(session: Any) -> None:
        event_type = session.scalar(select(CalcomEventType).where(CalcomEventType.name == TEAM))
        person = session.scalar(select(Staff.id).where(Staff.calcom_user_id == 101))
        session.add(StaffEventType(staff_id=person, event_type_id=event_type.id))
        session.add(ServiceStaff(staff_id=person, service_id=event_type.service_id))

    place.records.run_in_transaction(work)


def test_ten_at_once_for_one_slot_make_one_appointment(flow_place: FlowPlace) -> None:
    outcomes = flow_place.book_all([guest(number) for number in range(10)])
    assert kinds(outcomes) == {"Outcome": 1, "SlotUnavailableError": 9}
    assert len(flow_place.agree()) == 1


def test_twenty_over_three_people_and_four_slots_make_twelve_that_do_not_overlap(
    flow_place: FlowPlace,
) -> None:
    three_people(flow_place)
    wanted = [
        guest(number, TEAM, ELEVEN + (number % 4) * HALF_AN_HOUR, branch="mitte") for number in range(20)
    ]
    outcomes = flow_place.book_all(wanted)
    assert kinds(outcomes) == {"Outcome": 12, "SlotUnavailableError": 8}, outcomes
    rows = flow_place.agree()
    assert len(rows) == 12
    assert none_overlap(rows)
    assert all(row.staff_id for row in rows)


def test_a_call_that_asks_twice_at_once_gets_its_own_appointment_twice(flow_place: FlowPlace) -> None:
    def add_call(session: Any) -> None:
        session.add(Call(retell_call_id="call_1", to_number="+493023125010", from_number=None))

    flow_place.records.run_in_transaction(add_call)
    asked = wish(call="call_1", phone=None)
    outcomes = flow_place.book_all([asked] * 4)
    assert kinds(outcomes) == {"Outcome": 4}, outcomes
    (row,) = flow_place.agree()
    assert {one.appointment.id for one in outcomes if isinstance(one, Outcome)} == {row.id}
    assert flow_place.sent() == 1


def test_a_second_run_waits_for_the_first_even_when_that_one_is_slow(sqlite_flow_place: FlowPlace) -> None:
    sqlite_flow_place.fault("latency=900")  # longer than a lease: it is renewed meanwhile
    outcomes = sqlite_flow_place.book_all([wish(), wish()], lease=0.6)
    assert kinds(outcomes) == {"Outcome": 2}
    sqlite_flow_place.agree()
    assert sqlite_flow_place.sent() == 1


def test_one_key_given_at_once_for_two_services_stands_for_one(flow_place: FlowPlace) -> None:
    asked = [wish(key="k"), wish(TEAM, ELEVEN, branch="mitte", key="k")] * 3
    found = kinds(flow_place.book_all(asked))
    assert found == {"Outcome": 3, "IdempotencyError": 3}
    assert len(flow_place.agree()) == 1


_LONGEST_MEETING = 0.5
"""Seconds the meddler waits for somebody to come: who queues for the person already is not seen coming."""


@contextmanager
def meddler(place: FlowPlace, rounds: int = 2) -> Iterator[list[DBAPIError]]:
    """A second connection that locks a person first and the event type afterwards: the opposite order.

    Yields what it was told when the database broke it off; sometimes it breaks off the others instead.
    """
    broken: list[DBAPIError] = []
    person = select(Staff.id).where(Staff.calcom_user_id == 103).with_for_update()
    event_type = select(CalcomEventType.id).where(CalcomEventType.name == TEAM).with_for_update()

    wanted = threading.Event()

    def meddle() -> None:
        for _ in range(rounds):
            try:
                with engine.begin() as connection:
                    connection.execute(person).all()
                    wanted.clear()
                    wanted.wait(_LONGEST_MEETING)
                    connection.execute(event_type).all()
            except DBAPIError as error:
                broken.append(error)

    def notice(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Tell when another run has the event type and is about to wait for the person."""
        if (
            "FROM staff" in statement
            and "FOR UPDATE" in statement
            and threading.current_thread() is not thread
        ):
            wanted.set()

    engine = place.records.engine
    thread = threading.Thread(target=meddle)
    if engine.dialect.name != "sqlite":  # its writers take turns, they cannot meet half way
        event.listen(engine, "before_cursor_execute", notice)
        thread.start()
    try:
        yield broken
    finally:
        if thread.ident:
            thread.join()
            event.remove(engine, "before_cursor_execute", notice)


def test_with_deadlocks_provoked_none_is_lost_and_none_is_double(flow_place: FlowPlace) -> None:
    three_people(flow_place)
    watch(flow_place.records.engine, flow_place.log)
    wanted = [guest(n, TEAM, ELEVEN + (n % 4) * HALF_AN_HOUR, branch="mitte") for n in range(12)]
    with meddler(flow_place) as broken:
        outcomes = flow_place.book_all(wanted)
    assert kinds(outcomes) == {"Outcome": 12}, outcomes
    assert none_overlap(flow_place.agree())
    if flow_place.records.engine.dialect.name != "sqlite":
        retried = [name for name, _ in flow_place.log.events if name == "transaction.retried"]
        assert broken or retried, "no deadlock was provoked"
