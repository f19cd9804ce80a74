"""Workers handle what came in: once, in order, with their effects; and tell what they did."""

from __future__ import annotations

from datetime import UTC, datetime

from support.waiting import eventually
from support.working import Desk

from askpro_cli.platform.schema import Company
from askpro_cli.webhooks.handling import Effect


def test_events_are_handled_and_their_effects_are_in_the_records(desk: Desk) -> None:
    events = [desk.receive() for _ in range(40)]
    with desk.pool():
        rows = desk.settled(*events)
    assert sorted(desk.handled()) == sorted(events)
    assert {row.company for row in rows} == {"salon"}
    assert {(row.claim_id, row.claimed_by, row.due_at_ms) for row in rows} == {(None, None, None)}
    assert all(row.finished_at_ms for row in rows)
    (attempt,) = desk.attempts(events[0])
    assert (attempt.number, attempt.outcome, attempt.reason) == (1, "done", None)
    assert attempt.started_at_ms <= attempt.ended_at_ms


def test_events_of_an_entity_are_handled_in_their_order(desk: Desk) -> None:
    events = [desk.receive(entity=f"booking:{number % 3}") for number in range(18)]
    with desk.pool():
        desk.settled(*events)
    order = desk.handled()
    for entity in range(3):
        assert [one for one in order if one in events[entity::3]] == events[entity::3]


def test_a_failed_event_holds_back_the_later_ones_of_its_entity_and_no_others(desk: Desk) -> None:
    first = desk.receive("refuse", entity="booking:a")
    second = desk.receive(entity="booking:a")
    other = desk.receive(entity="booking:b")
    with desk.pool(base_delay=600, max_delay=600):
        desk.settled(other)
        desk.settled(first, state="failed")
        assert desk.event(second).state == "received"


def test_what_needs_no_handler_is_marked_so(desk: Desk) -> None:
    unhandled = [desk.receive(source="retell") for _ in range(5)]
    ignored = desk.receive("ignore")
    ping = desk.receive(event_type="PING", companies=[])
    with desk.pool() as pool:
        rows = desk.settled(*unhandled, state="unhandled")
        desk.settled(ignored, ping, state="ignored")
        eventually(lambda: pool.stats().in_flight == 0)
        stats = pool.stats()
    assert rows[0].reason == "nothing handles events of retell yet"
    assert desk.event(ignored).reason == "nothing to do"
    assert desk.event(ping).reason == "a ping"
    assert stats.outcomes == {"unhandled": 5, "ignored": 2}
    assert stats.buckets[float("inf")] == 7


def test_an_event_of_no_company_or_of_two_waits_for_somebody(desk: Desk) -> None:
    gone = Company(slug="gone", name="Gone", deleted_at=datetime.now(UTC))
    others = [Company(slug="praxis", name="Praxis"), gone]
    desk.records.run_in_transaction(lambda session: session.add_all(others))
    waiting = [
        desk.receive(companies=[]),
        desk.receive(company="rival"),
        desk.receive(company="gone"),
        desk.receive(companies=["salon", "praxis"]),
    ]
    with desk.pool():
        rows = desk.settled(*waiting, state="failed")
    assert [row.due_at_ms for row in rows] == [None] * 4
    assert [row.reason for row in rows] == [
        "company unknown: nothing in the event leads to one",
        "company unknown: the records have no company rival",
        "company unknown: the records have no company gone",
        "company unknown: praxis, salon could all be meant",
    ]
    assert desk.handled() == []


def test_a_duplicate_wakes_an_event_of_an_unknown_company(desk: Desk) -> None:
    event = desk.receive(companies=[])
    with desk.pool():
        desk.settled(event, state="failed")
        desk.receive_again(event)
        eventually(lambda: len(desk.attempts(event)) == 2)
        (row,) = desk.settled(event, state="failed")
    assert (row.hits, row.attempts) == (2, 1)


def test_effects_happen_after_the_commit_and_their_rows_go(desk: Desk) -> None:
    happened: list[Effect] = []
    event = desk.receive("effect")
    with desk.pool(tools=happened.append) as pool:
        desk.settled(event)
        eventually(lambda: happened and desk.effects_left() == 0)
        assert eventually(lambda: pool.stats().effects) == {"done": 1, "failed": 0}
    assert happened == [Effect("test.effect", "salon", {"event": event})]


def test_an_effect_that_fails_is_tried_again(desk: Desk) -> None:
    tried: list[Effect] = []

    def fails_once(effect: Effect) -> None:
        tried.append(effect)
        if len(tried) == 1:
            raise ConnectionError

    event = desk.receive("effect")
    with desk.pool(tools=fails_once):
        desk.settled(event)
        eventually(lambda: len(tried) >= 2 and desk.effects_left() == 0)


def test_nothing_is_handled_twice_by_two_pools(desk: Desk) -> None:
    with desk.pool(), desk.pool(), desk.pool():
        events = [desk.receive(entity=f"booking:{number % 7}") for number in range(60)]
        desk.settled(*events)
    assert sorted(desk.handled()) == sorted(events)
    assert all(len(desk.attempts(event)) == 1 for event in events)


def test_a_large_body_is_read_when_it_is_needed(desk: Desk) -> None:
    event = desk.receive(filler="x" * 100_000)
    with desk.pool():
        desk.settled(event)


def test_an_event_whose_body_is_gone_is_given_up(desk: Desk) -> None:
    event = desk.receive()
    desk.change(event, body=None)
    with desk.pool():
        (row,) = desk.settled(event, state="dead")
    assert row.reason is not None
    assert row.reason.startswith("its body is gone")


def test_the_end_gives_back_what_was_not_begun(desk: Desk) -> None:
    slow = [desk.receive("hang", seconds=0.5, entity=f"booking:{number}") for number in range(12)]
    with desk.pool() as pool:
        eventually(lambda: pool.stats().in_flight == 12)
    states = {desk.event(event).state for event in slow}
    attempts = {desk.event(event).attempts for event in slow if desk.event(event).state == "received"}
    assert states == {"received", "done"}
    assert attempts == {0}
    assert sorted(desk.handled()) == [event for event in slow if desk.event(event).state == "done"]


def test_no_more_events_of_a_source_are_handled_at_a_time_than_allowed(desk: Desk) -> None:
    slow = [desk.receive("hang", seconds=0.2) for _ in range(8)]
    other = desk.receive(source="other", company="salon")
    with desk.pool(concurrency=2):
        desk.settled(other, *slow)
    spans = [(one.started_at_ms, one.ended_at_ms) for event in slow for one in desk.attempts(event)]
    most = max(sum(begun <= at < ended for begun, ended in spans) for at, _ in spans)
    assert most == (1 if desk.one_writer else 2)
