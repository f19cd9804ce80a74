"""Cancelling in the records alone, and what waits for Cal.com: nothing is dropped that may stand there."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from support.changing import LONG_AGO, Killed, cancel, everything, kill_at, move
from support.flow import FlowPlace

from askpro_cli.base.errors import PendingError, RefusedError
from askpro_cli.booking.flow.changing.changing import Change, Terms
from askpro_cli.booking.flow.changing.records_only import cancel_in_records
from askpro_cli.booking.flow.upkeep.sync import sync
from askpro_cli.platform.schema import Activity

NOW = Terms(notice=timedelta(0))


def cancel_here(place: FlowPlace, **more: object) -> Change:
    """Cancel the first appointment in the records alone."""
    return place.run(lambda flow: cancel_in_records(flow, 1, NOW), **more)


def waiting(place: FlowPlace) -> None:
    """Leave an appointment that waits for Cal.com, which is well again."""
    place.fault("503", times=None)
    with pytest.raises(PendingError):
        place.book(keep_pending=True)
    place.heal()


def test_killed_while_it_asks_the_appointment_is_as_it_was(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.book()
    place.sandbox.world.bookings.clear()
    with pytest.raises(Killed):
        cancel_here(place, at_step=kill_at("records_only_taken_up"))
    assert place.row(1).status == "scheduled"
    assert place.sync() == []
    with pytest.raises(PendingError, match="is being cancelled in the records by another run"):
        cancel(place, patience=0)
    place.change(1, lock_expires_at=LONG_AGO)
    cancel_here(place)
    assert (place.row(1).status, place.row(1).idempotency_key) == ("cancelled", None)


@pytest.mark.parametrize("step", ["cancel_committed", "move_committed"])
def test_a_change_that_can_never_be_finished_ends_here_too(sqlite_flow_place: FlowPlace, step: str) -> None:
    place = sqlite_flow_place
    place.book()
    with pytest.raises(Killed):
        (cancel if step == "cancel_committed" else move)(place, at_step=kill_at(step))
    with pytest.raises(PendingError):
        cancel_here(place, patience=0)
    place.change(1, lock_expires_at=LONG_AGO)
    with pytest.raises(RefusedError, match=r"stands at Cal\.com"):
        cancel_here(place)
    place.sandbox.world.bookings.clear()
    cancel_here(place)
    row = place.row(1)
    assert (row.status, row.payload, row.moving_to_starts_at) == ("cancelled", None, None)


def test_a_sync_that_is_at_it_is_waited_for(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    waiting(place)
    with pytest.raises(Killed):
        place.run(lambda flow: sync(flow, due_only=False), at_step=kill_at("taken_up"))
    with pytest.raises(PendingError, match="is being booked by another run"):
        cancel(place, patience=0)


@pytest.mark.parametrize("step", ["taken_up", "about_to_send", "answered"])
def test_what_a_killed_sync_may_have_sent_is_not_dropped(sqlite_flow_place: FlowPlace, step: str) -> None:
    place = sqlite_flow_place
    waiting(place)
    with suppress(Killed):
        place.run(lambda flow: sync(flow, due_only=False), at_step=kill_at(step))
    place.change(1, lock_expires_at=LONG_AGO)
    with pytest.raises(RefusedError, match=r"not booked at Cal\.com yet"):
        cancel(place)
    with pytest.raises(RefusedError, match=r"not booked at Cal\.com yet"):
        cancel_here(place)
    place.fault("503", method="GET", path="*", times=None)
    place.sync()
    with pytest.raises(RefusedError):  # a look that failed proves nothing
        cancel(place)
    place.heal()
    place.sync()
    place.agree()
    cancel(place)
    assert place.remote() == []


def test_tries_that_sent_nothing_do_not_count_and_are_noted_once(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.fault("503", times=None)
    place.fault("503", method="GET", path="*", times=None)
    with pytest.raises(PendingError):
        place.book(keep_pending=True)
    while not place.sync()[0].held_back:
        pass
    attempts, noted = place.row(1).attempts, len(everything(place, Activity))
    sent = len(list(place.sandbox.journal.entries()))
    for _ in range(3):
        (told,) = place.sync()
        assert (told.did, told.held_back) == ("kept", True)
        with pytest.raises(PendingError):
            place.book(keep_pending=True)
    assert len(list(place.sandbox.journal.entries())) == sent
    assert place.row(1).attempts == attempts
    assert len(everything(place, Activity)) == noted
    place.heal()
    assert [told.did for told in place.sync()] == ["finished"]
