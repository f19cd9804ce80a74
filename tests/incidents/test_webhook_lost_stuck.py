"""Incident webhook-lost-stuck: events were marked as processed before their work ran, and the work was lost.

A job that was killed left a call "live" for 77 hours; one that was tried again had lost its headers, and its
signature failed; nobody saw which events waited. A program that calls an event done before its rows are
there, or looks at the signature again, fails here.
"""

from __future__ import annotations

import pytest
from sqlalchemy import update
from support.calcom_events import hooked
from support.changing import NOON, Killed, kill_at, move, there
from support.flow import FlowPlace
from support.inbox_way import InboxWay
from support.waiting import eventually

from askpro_cli.booking import handlers
from askpro_cli.booking.events.bringing import bring
from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.webhooks.handling import EFFECTS, handler_of, runner_of, screen_of


@pytest.fixture
def way(flow_place: FlowPlace) -> InboxWay:
    return InboxWay(flow_place.records, flow_place.store, flow_place.clock)


def moved_there(place: FlowPlace, way: InboxWay) -> None:
    """Let somebody move the one appointment at Cal.com, and its event come in."""
    hook = hooked(place)
    uid = str(place.book().appointment.calcom_v2_booking_uid)
    hook.take()
    there(place, uid, NOON)
    way.post(*hook.take())


def test_until_its_rows_are_there_an_event_is_not_done(flow_place: FlowPlace, way: InboxWay) -> None:
    moved_there(flow_place, way)
    assert (way.states(), flow_place.row(1).starts_at != NOON) == (["received"], True)
    way.work()
    assert (way.states(), flow_place.row(1).starts_at) == (["done"], NOON)


def test_what_a_worker_left_that_is_no_more_another_one_does(flow_place: FlowPlace, way: InboxWay) -> None:
    moved_there(flow_place, way)
    gone = {"state": "claimed", "claim_id": "0" * 32, "claimed_by": "a host that is no more", "due_at_ms": 1}
    claimed = update(WebhookEvent).values(gone)
    way.platform.run_in_transaction(lambda session: session.execute(claimed))
    way.work()
    assert (way.states(), flow_place.row(1).starts_at) == (["done"], NOON)


def test_a_handler_that_breaks_leaves_nothing_and_is_tried_again(
    flow_place: FlowPlace, way: InboxWay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second try needs no header: who sent it was proven when it came in."""
    moved_there(flow_place, way)
    tries: list[object] = []

    def breaks_once(*args: object) -> object:
        said = bring(*args)  # type: ignore[arg-type]
        tries.append(said)
        if len(tries) == 1:
            raise ZeroDivisionError("after its rows were written, before they were committed")
        return said

    monkeypatch.setattr(handlers, "bring", breaks_once)
    way.platform.run_in_transaction(
        lambda session: session.execute(update(WebhookEvent).values(headers=None))
    )
    pool = way.pool()
    pool.start()
    try:
        eventually(lambda: way.states() == ["done"], within=60)
    finally:
        pool.stop(30)
    (event,) = way.events()
    assert (len(tries), event.attempts) == (2, 2)
    (row,) = flow_place.agree()
    assert row.starts_at == NOON


def test_an_event_that_meets_a_dead_run_waits_with_its_reason_until_sync(
    flow_place: FlowPlace, way: InboxWay
) -> None:
    hook = hooked(flow_place)
    uid = str(flow_place.book().appointment.calcom_v2_booking_uid)
    hook.take()
    with pytest.raises(Killed):
        move(flow_place, at_step=kill_at("move_committed"))
    flow_place.change(1, lock_expires_at=None)
    there(flow_place, uid, NOON.replace(hour=14))
    way.post(*hook.take())
    way.work(base_delay=3600, max_delay=7200)
    (event,) = way.events()
    assert event.state == "failed"
    assert "a run of askpro is at appointment 1" in (event.reason or "")
    flow_place.sync()
    now = update(WebhookEvent).values(due_at_ms=0, state="received")
    way.platform.run_in_transaction(lambda session: session.execute(now))
    way.work()
    assert way.states() == ["done"]
    flow_place.agree()


def test_no_event_is_lost_to_a_handler_that_ignores_it(way: InboxWay) -> None:
    """What needs no handling says why, and stays to be looked at."""
    way.post({"triggerEvent": "PING", "createdAt": "2026-11-23T08:00:00.000Z", "payload": {"type": "Test"}})
    way.work()
    (event,) = way.events()
    assert (event.state, event.reason, event.company) == ("ignored", "a test of the connection", None)


def test_the_handler_is_found_by_its_name() -> None:
    assert handler_of("calcom") is handlers.handle_calcom
    assert screen_of("calcom") is handlers.ignores_calcom
    assert all(runner_of(kind) for kind in EFFECTS)
