"""Incident dedup-key-wrong: different events passed for duplicates, true duplicates were handled twice.

The platform read the call's id where it does not stand, so that its key said "unknown" and the second. It
took the call's id alone for the key, under which a call's start, end and analysis are one. It named a
booking's event without its time, under which a second move is the first. And it asked first whether a key was
known and wrote it then, between which a second worker did the same.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.calcom_events import hooked
from support.changing import NOON, there
from support.flow import FlowPlace
from support.inbox_way import InboxWay

from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.webhooks.inbox.storing import store

CALL = "call_0123456789abcdef"


def of_call(event: str, call: str = CALL) -> dict[str, Any]:
    """Return an event of Retell: the call's id stands inside the call."""
    return {"event": event, "call": {"call_id": call, "call_status": "ended"}}


@pytest.fixture
def way(flow_place: FlowPlace) -> InboxWay:
    return InboxWay(flow_place.records, flow_place.store, flow_place.clock)


def test_the_events_of_a_call_are_different_ones_and_those_of_two_calls(way: InboxWay) -> None:
    calls = [of_call(event) for event in ("call_started", "call_ended", "call_analyzed")]
    stored = way.post(*calls, of_call("call_ended", "call_of_somebody_else"), source="retell")
    assert [one.duplicate for one in stored] == [False] * 4
    assert [CALL in row.dedup_key for row in way.events()] == [True, True, True, False]


def test_the_same_event_is_one_however_often_and_at_whatever_second_it_comes(way: InboxWay) -> None:
    first, *others = way.post(*[of_call("call_ended")] * 5, source="retell")
    assert (first.duplicate, {one.duplicate for one in others}) == (False, {True})
    (row,) = way.events()
    assert (row.hits, {one.event_id for one in others}) == (5, {row.id})


def test_a_second_move_of_a_booking_is_no_duplicate_of_the_first(
    flow_place: FlowPlace, way: InboxWay
) -> None:
    hook = hooked(flow_place)
    uid = str(flow_place.book().appointment.calcom_v2_booking_uid)
    before = flow_place.row(1).starts_at
    back = there(flow_place, there(flow_place, uid, NOON), before)
    stored = way.post(*hook.take())
    assert not any(one.duplicate for one in stored)
    way.work()
    (row,) = flow_place.agree()
    assert (row.calcom_v2_booking_uid, row.starts_at) == (back, before)


def test_of_two_at_the_same_instant_one_is_kept_and_handled_once(
    flow_place: FlowPlace, way: InboxWay
) -> None:
    hook = hooked(flow_place)
    uid = str(flow_place.book().appointment.calcom_v2_booking_uid)
    there(flow_place, uid, NOON)
    moved = next(one for one in hook.take() if one["triggerEvent"] == "BOOKING_RESCHEDULED")
    request, engine = way.admitted(moved), way.platform.engine

    def keep(_: int) -> bool:
        return run_in_transaction(engine, lambda one: store(one, [request]))[0].duplicate

    with ThreadPoolExecutor(8) as threads:
        duplicates = list(threads.map(keep, range(16)))
    assert sorted(duplicates) == [False, *[True] * 15]
    way.work(concurrency=4)
    (event,) = way.events()
    assert (event.state, event.hits, event.attempts) == ("done", 16, 1)
    assert len(flow_place.agree()) == 1
