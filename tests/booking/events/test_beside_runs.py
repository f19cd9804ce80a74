"""The events of our own changes come while the run is still at its row, at any of its steps."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from support.calcom_events import Hook, chain, hooked
from support.changing import NOON, Killed, cancel, everything, kill_at, move, there
from support.flow import FlowPlace

from askpro_cli.base.errors import FateUnknownError, PendingError
from askpro_cli.booking import change
from askpro_cli.platform.schema import Notification

BOOKING = ("answered", "booked", "completed")
MOVING = ("moved_at_vendor", "move_completed")
CANCELLING = ("cancelled_at_vendor", "cancel_completed")
IN_TRANSACTION = {"completing", "completing_move", "completing_cancel"}


class Beside:
    """Delivers what the sandbox has sent when a run is at a step: there and then, or while it commits."""

    def __init__(self, hook: Hook, step: str) -> None:
        self._hook, self._step = hook, step
        self.threads: list[Thread] = []

    def __call__(self, name: str) -> None:
        if name != self._step:
            return
        thread = self._hook.in_a_thread()
        self.threads.append(thread)
        if name not in IN_TRANSACTION:
            thread.join()

    def end(self) -> None:
        """Wait for what was delivered beside the run, then for what was sent away."""
        assert self.threads, f"no run came by {self._step}"
        for thread in self.threads:
            thread.join()
        assert self._hook.errors == []
        self._hook.settle()


@pytest.mark.parametrize("step", [*BOOKING, "completing"])
def test_the_event_of_a_booking_in_the_making(flow_place: FlowPlace, step: str) -> None:
    beside = Beside(hooked(flow_place), step)
    made = flow_place.book(at_step=beside).appointment
    beside.end()
    (row,) = flow_place.agree()
    assert (row.id, row.lock_token, row.customer_id is not None) == (made.id, None, True)
    assert chain(flow_place) == [(row.calcom_v2_booking_uid, "accepted", row.id)]
    assert [mail.kind for mail in everything(flow_place, Notification)] == ["confirmation"]


@pytest.mark.parametrize("step", [*MOVING, "completing_move"])
def test_the_event_of_a_move_under_way(flow_place: FlowPlace, step: str) -> None:
    hook = hooked(flow_place)
    old = flow_place.book().appointment.calcom_v2_booking_uid
    hook.settle()
    beside = Beside(hook, step)
    done = move(flow_place, at_step=beside)
    assert not hook.waiting  # it says what the run does: nothing is tried again
    beside.end()
    (row,) = flow_place.agree()
    assert (row.starts_at, row.calcom_v2_booking_uid) == (NOON, done.appointment.calcom_v2_booking_uid)
    assert chain(flow_place) == [(old, "cancelled", 1), (row.calcom_v2_booking_uid, "accepted", 1)]
    assert [mail.kind for mail in everything(flow_place, Notification)] == ["confirmation", "change"]


@pytest.mark.parametrize("step", [*CANCELLING, "completing_cancel"])
def test_the_event_of_a_cancellation_under_way(flow_place: FlowPlace, step: str) -> None:
    hook = hooked(flow_place)
    uid = flow_place.book().appointment.calcom_v2_booking_uid
    hook.settle()
    beside = Beside(hook, step)
    cancel(flow_place, at_step=beside)
    assert not hook.waiting
    beside.end()
    row = flow_place.row(1)
    assert (row.status, row.status_reason, row.lock_token) == ("cancelled", None, None)
    assert chain(flow_place) == [(uid, "cancelled", 1)]
    kinds = [mail.kind for mail in everything(flow_place, Notification)]
    assert kinds == ["confirmation", "cancellation"]


def past_us(place: FlowPlace, work: Callable[[str], object]) -> Callable[[], None]:
    """Return what changes the one standing booking at Cal.com, without our records."""

    def now() -> None:
        (standing,) = place.remote()
        thread = Thread(target=work, args=(standing.uid,))
        thread.start()
        thread.join()

    return now


def cancelled_there(place: FlowPlace) -> Callable[[str], object]:
    return lambda uid: place.run(lambda flow: change.cancel(flow.desk, uid, "nobody comes"))


def moved_there(place: FlowPlace) -> Callable[[str], object]:
    return lambda uid: there(place, uid, NOON)


@pytest.mark.parametrize("step", BOOKING)
def test_what_was_cancelled_there_before_the_run_was_through_is_not_lost(
    flow_place: FlowPlace, step: str
) -> None:
    hook = hooked(flow_place)
    beside = Beside(hook, step)
    act = past_us(flow_place, cancelled_there(flow_place))

    def at_step(name: str) -> None:
        if name == step:
            act()
        beside(name)

    flow_place.book(at_step=at_step)
    if step in ("answered", "booked"):  # the run writes its own, older answer: the event waits for that
        assert [one["triggerEvent"] for one in hook.waiting] == ["BOOKING_CANCELLED"]
    beside.end()
    row = flow_place.row(1)
    assert (row.status, row.status_reason) == ("cancelled", "cancelled at Cal.com")
    assert chain(flow_place) == [(row.calcom_v2_booking_uid, "cancelled", 1)]


@pytest.mark.parametrize("step", BOOKING)
def test_what_was_moved_there_before_the_run_was_through_is_not_lost(
    flow_place: FlowPlace, step: str
) -> None:
    hook = hooked(flow_place)
    beside = Beside(hook, step)
    act = past_us(flow_place, moved_there(flow_place))

    def at_step(name: str) -> None:
        if name == step:
            act()
        beside(name)

    flow_place.book(at_step=at_step)
    beside.end()
    (row,) = flow_place.agree()
    assert row.starts_at == NOON
    assert [(status, of) for _, status, of in chain(flow_place)] == [("cancelled", 1), ("accepted", 1)]


@pytest.mark.parametrize("step", ["moved_at_vendor"])
def test_a_cancellation_there_of_what_is_being_moved_is_not_lost(flow_place: FlowPlace, step: str) -> None:
    hook = hooked(flow_place)
    flow_place.book()
    hook.settle()
    beside = Beside(hook, step)
    act = past_us(flow_place, cancelled_there(flow_place))

    def at_step(name: str) -> None:
        if name == step:
            act()
        beside(name)

    move(flow_place, at_step=at_step)
    beside.end()
    row = flow_place.row(1)
    assert (row.status, row.starts_at) == ("cancelled", NOON)
    assert [(status, of) for _, status, of in chain(flow_place)] == [("cancelled", 1)] * 2


@pytest.mark.parametrize("step", ["answered", "booked"])
def test_a_run_that_is_no_more_leaves_its_row_to_sync_which_need_not_wait(
    flow_place: FlowPlace, step: str
) -> None:
    hook = hooked(flow_place)
    with pytest.raises((Killed, FateUnknownError)):
        flow_place.book(at_step=kill_at(step))
    hook.settle()
    assert flow_place.row(1).status == "booking"
    flow_place.change(1, lock_expires_at=None)
    (told,) = flow_place.sync()
    assert (told.did, told.now) == ("finished", "scheduled")
    hook.settle()
    flow_place.agree()


@pytest.mark.parametrize(
    ("step", "work", "did"),
    [("move_committed", move, "moving"), ("cancel_committed", cancel, "cancelling")],
)
def test_what_a_dead_run_left_open_waits_for_sync_and_says_so(
    sqlite_flow_place: FlowPlace, step: str, work: Callable[..., object], did: str
) -> None:
    """The run may come back and write its older answer: an event that says more waits until sync has it."""
    place = sqlite_flow_place
    hook = hooked(place)
    uid = str(place.book().appointment.calcom_v2_booking_uid)
    hook.settle()
    with pytest.raises(Killed):
        work(place, at_step=kill_at(step))
    place.change(1, lock_expires_at=None)
    assert place.row(1).status == did
    there(place, uid, NOON.replace(hour=14))
    hook.deliver()
    assert [one["triggerEvent"] for one in hook.waiting] == ["BOOKING_RESCHEDULED"]
    place.sync()
    hook.settle()
    row = place.row(1)
    assert row.status in ("scheduled", "cancelled")
    assert row.lock_token is None
    if row.status == "scheduled":
        place.agree()


def test_an_event_says_whom_it_waits_for(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    hook = hooked(place)
    uid = str(place.book().appointment.calcom_v2_booking_uid)
    hook.settle()
    with pytest.raises(Killed):
        move(place, at_step=kill_at("move_committed"))
    place.run(lambda flow: change.cancel(flow.desk, uid, "nobody comes"))
    (document,) = hook.take()
    from support.calcom_events import handled

    with pytest.raises(PendingError, match=r"a run of askpro is at appointment 1 \(moving\)") as caught:
        handled(place.records, document)
    assert "appointments sync" in (caught.value.hint or "")
