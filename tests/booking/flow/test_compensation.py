"""Booked at Cal.com, and nothing here to go with it: taken back, or written down until it can be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, select
from support.flow import FlowPlace, guest, wish

from askpro_cli.base.errors import FateUnknownError, RecordsError, RefusedError, UnknownError
from askpro_cli.platform.schema import CalcomBooking


def at(step: str, act: Callable[[], None]) -> Callable[[str], None]:
    """Return a hook that acts once, when *step* is done."""
    left = [act]

    def hook(name: str) -> None:
        if name == step and left:
            left.pop()()

    return hook


def given_up(place: FlowPlace) -> Callable[[], None]:
    """Let another run give the appointment up."""
    values = {"status": "failed", "lock_token": None, "idempotency_key": None, "payload": None}
    return lambda: place.change(1, **values)


def links(place: FlowPlace) -> list[CalcomBooking]:
    return place.records.run_in_transaction(lambda s: list(s.scalars(select(CalcomBooking))))


def test_the_booking_of_an_appointment_that_was_given_up_meanwhile_is_cancelled(
    flow_place: FlowPlace,
) -> None:
    with pytest.raises(RefusedError, match="given up meanwhile"):
        flow_place.book(at_step=at("about_to_send", given_up(flow_place)))
    assert flow_place.remote() == []
    (link,) = links(flow_place)
    assert (link.status, link.appointment_id) == ("cancelled", None)
    assert flow_place.book().appointment.id == 2
    assert len(flow_place.agree()) == 1


def test_one_that_cannot_be_cancelled_is_an_orphan_until_the_next_sync(flow_place: FlowPlace) -> None:
    def out_of_order() -> None:
        given_up(flow_place)()
        flow_place.fault("503", path="*/cancel", times=None)

    with pytest.raises(RefusedError) as told:
        flow_place.book(at_step=at("booked", out_of_order))
    assert told.value.hint == "askpro appointments sync cancels it"
    assert [link.status for link in links(flow_place)] == ["orphan"]
    assert [one.did for one in flow_place.sync()] == ["kept"]
    flow_place.heal()
    (settled,) = flow_place.sync()
    assert (settled.was, settled.did, settled.now) == ("orphan", "cancelled", "cancelled")
    assert flow_place.remote() == []
    assert flow_place.sync() == []


def test_an_orphan_whose_appointment_stands_with_it_is_adopted(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    row = place.book().appointment

    def lose(session: Any) -> None:
        link = session.scalars(select(CalcomBooking)).one()
        link.appointment_id, link.status = None, "orphan"

    place.records.run_in_transaction(lose)
    (told,) = place.sync()
    assert (told.did, told.appointment_id) == ("adopted", row.id)
    assert [(link.appointment_id, link.status) for link in links(place)] == [(row.id, "accepted")]


def test_an_orphan_that_cal_com_does_not_know_any_more_is_closed(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    start = place.book().appointment.starts_at

    def lost(session: Any) -> None:
        ends = start.replace(minute=30)
        session.add(CalcomBooking(calcom_uid="gone", status="orphan", starts_at=start, ends_at=ends))

    place.records.run_in_transaction(lost)
    assert [one.did for one in place.sync()] == ["cancelled"]
    assert place.sync() == []
    assert len(place.agree()) == 1


def test_a_run_that_lost_its_lease_leaves_the_row_to_the_other(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    with pytest.raises(UnknownError, match="another run has taken appointment 1 over"):
        place.book(at_step=at("booked", lambda: place.change(1, lock_token="another")), patience=0.0)
    assert len(place.remote()) == 1
    place.change(1, lock_expires_at=None)
    assert [one.did for one in place.sync()] == ["finished"]
    assert len(place.agree()) == 1
    assert place.sent() == 1


def test_a_database_that_is_gone_when_the_booking_stands_is_told_and_sync_completes_it(
    sqlite_flow_place: FlowPlace,
) -> None:
    place = sqlite_flow_place
    file = Path(make_url(str(place.records.engine.url)).database or "")
    away = file.with_suffix(".away")

    def vanish() -> None:
        place.records.engine.dispose()
        file.rename(away)

    with pytest.raises(RecordsError) as gone:
        place.book(at_step=at("booked", vanish))
    (remote,) = place.remote()
    assert gone.value.details == {"uid": remote.uid, "appointment_id": 1}
    assert "askpro appointments sync completes it" in (gone.value.hint or "")
    away.rename(file)
    assert [row.status for row in place.appointments()] == ["booking"]
    place.change(1, lock_expires_at=None)
    assert [one.did for one in place.sync()] == ["finished"]
    assert len(place.agree()) == 1


def test_a_database_that_is_gone_before_anything_was_sent_sends_nothing(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    file = Path(make_url(str(place.records.engine.url)).database or "")

    def vanish() -> None:
        place.records.engine.dispose()
        file.rename(file.with_suffix(".away"))

    with pytest.raises(RecordsError):
        place.book(at_step=at("rechecked", vanish))
    file.with_suffix(".away").rename(file)
    assert place.appointments() == []
    assert place.sent() == 0


def test_a_sync_that_cannot_go_on_with_one_goes_on_with_the_next(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    for number, start in enumerate((guest(0).start, guest(0).start.replace(hour=12))):
        place.fault("503", times=3)
        with pytest.raises(Exception, match="is kept"):
            place.book(guest(number, start=start), keep_pending=True)
    place.heal()
    place.fault("race409")
    assert [(one.did, one.now) for one in place.sync()] == [
        ("given_up", "failed"),
        ("finished", "scheduled"),
    ]
    assert len(place.agree()) == 1


def test_a_row_that_a_run_is_at_is_left_alone(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    seen: list[Any] = []
    place.book(at_step=at("key_claimed", lambda: seen.append([row.status for row in place.appointments()])))
    assert seen == [["booking"]]

    def beside(flow: Any) -> Any:
        from askpro_cli.booking.flow.upkeep.sync import open_rows

        return flow.run(lambda session: open_rows(session, 10, due_only=False), "look")

    assert place.run(beside) == []
    assert [row.attempts for row in place.appointments()] == [1]


def test_one_appointment_alone_can_be_finished(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.fault("503", times=3)
    with pytest.raises(Exception, match="is kept"):
        place.book(wish(), keep_pending=True)
    place.heal()
    assert place.sync(appointment_id=7) == []
    assert [one.did for one in place.sync(appointment_id=1)] == ["finished"]
    assert place.row(1).attempts == 2


def test_a_row_in_doubt_is_kept_when_the_look_is_interrupted(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    place.fault("reset-after")
    place.fault("503", method="GET", times=None)
    with pytest.raises(FateUnknownError):
        place.book()
    place.heal()

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place.book(at_step=at("key_claimed", interrupt), lease=0.3)
    assert [row.status for row in place.appointments()] == ["booking"]
    place.change(1, lock_expires_at=None)
    place.sync()
    assert len(place.agree()) == 1
    assert place.sent() == 1


def test_a_wish_that_is_interrupted_before_it_was_sent_lets_the_time_go(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place.book(at_step=at("doubt_settled", interrupt))
    assert [(row.status, row.status_reason) for row in place.appointments()] == [("failed", "interrupted")]
    assert place.book(guest(1)).appointment.id == 2
