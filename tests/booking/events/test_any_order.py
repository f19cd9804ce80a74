"""Any order and any repetition of a booking's events ends in the same rows: those of the order of events."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url, select
from support.calcom_events import Document, handled
from support.flow import TOMORROW_TEN, FlowPlace
from support.histories import History, deliveries, lives
from support.records import opened

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import PendingError
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Appointment, CalcomBooking, Notification

FOREIGN = "nobodysBookingAtAll123"
_CHANCE = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def deliver(records: Records, documents: Iterable[Document]) -> None:
    """Handle events as a worker does that tries again what has to wait."""
    left = list(documents)
    for _ in range(len(left) + 1):
        waiting = []
        for document in left:
            try:
                handled(records, document)
            except PendingError:
                waiting.append(document)
        left = waiting
        if not left:
            return
    raise AssertionError(f"{[one['triggerEvent'] for one in left]} wait for ever")


def rows(records: Records) -> tuple[list[Any], list[Any]]:
    """Return what a person could see of appointments and bookings."""
    appointment, booking = Appointment, CalcomBooking
    ours = select(
        appointment.id,
        appointment.status,
        appointment.status_reason,
        appointment.calcom_v2_booking_uid,
        appointment.starts_at,
        appointment.ends_at,
        appointment.staff_id,
        appointment.lock_token,
    ).order_by(appointment.id)
    theirs = select(
        booking.calcom_uid,
        booking.appointment_id,
        booking.status,
        booking.rescheduled_from_uid,
        booking.starts_at,
        booking.ends_at,
        booking.told,
    ).order_by(booking.calcom_uid)
    return records.run_in_transaction(
        lambda session: (
            [tuple(row) for row in session.execute(ours)],
            [tuple(row) for row in session.execute(theirs)],
        )
    )


class Copies:
    """The salon with one appointment, as a file that is copied for every try."""

    def __init__(self, url: str, folder: Path, clock: ManualClock) -> None:
        self._from, self._folder, self._clock = make_url(url).database or "", folder, clock

    def after(self, documents: Iterable[Document]) -> tuple[list[Any], list[Any]]:
        """Return the rows after these events."""
        path = self._folder / "try.db"
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        shutil.copy(self._from, path)
        with opened(f"sqlite:///{path}", self._clock) as platform:
            records = platform.for_company("salon")
            deliver(records, documents)
            return rows(records)


@pytest.fixture
def copies(sqlite_flow_place: FlowPlace, sqlite_seeded_url: str, tmp_path: Path) -> Copies:
    """An appointment that stands."""
    sqlite_flow_place.book()
    engine = sqlite_flow_place.records.engine
    with engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.rollback()
    return Copies(sqlite_seeded_url, tmp_path, sqlite_flow_place.clock)


@pytest.mark.parametrize(
    ("ours", "marked"),
    [(True, True), (True, False), (False, False)],
    ids=["an appointment's, marked", "an appointment's", "nobody's"],
)
def test_any_order_ends_alike(
    copies: Copies, sqlite_flow_place: FlowPlace, *, ours: bool, marked: bool
) -> None:
    row = sqlite_flow_place.row(1)
    marks = {"askpro_appointment": "1", "askpro_correlation": row.correlation_id}
    uid = str(row.calcom_v2_booking_uid) if ours else FOREIGN

    @_CHANCE
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        acts, end = data.draw(lives())
        history = History(uid, TOMORROW_TEN, marks if marked else {})
        history.tell("BOOKING_CREATED", "ACCEPTED")
        for act in acts:
            history.act(act)
        history.end(end)
        order = data.draw(deliveries(len(history.events)))
        expected = copies.after(history.events)
        assert copies.after(history.events[number] for number in order) == expected
        newest = [one for one in expected[1] if one[0] == history.uid]
        assert [one[2] for one in newest] == [end if end != "stands" else "accepted"]
        if ours:
            assert expected[0][0][3] == history.uid
            assert {one[1] for one in expected[1]} == {1}

    check()


@pytest.mark.parametrize("life", [["moved", "asked_again", "absent"], ["paid", "moved", "ended"]])
def test_so_it_is_on_every_database(flow_place: FlowPlace, life: list[str]) -> None:
    uid = str(flow_place.book().appointment.calcom_v2_booking_uid)
    history = History(uid, TOMORROW_TEN, {})
    history.tell("BOOKING_CREATED", "ACCEPTED")
    for act in life:
        history.act(act)
    deliver(flow_place.records, [*reversed(history.events), *history.events])
    ((_, status, _, newest, *_),), bookings = rows(flow_place.records)
    assert (status, newest) == ("no_show" if "absent" in life else "completed", history.uid)
    assert sorted(one[2] for one in bookings) == ["accepted", *["cancelled"] * (len(bookings) - 1)]


def test_nobody_gets_a_mail_twice_however_often_an_event_comes(sqlite_flow_place: FlowPlace) -> None:
    place = sqlite_flow_place
    uid = str(place.book().appointment.calcom_v2_booking_uid)
    history = History(uid, TOMORROW_TEN, {})
    history.act("moved")
    history.end("cancelled")
    deliver(place.records, history.events * 3)
    kinds = place.records.run_in_transaction(
        lambda session: list(session.scalars(select(Notification.kind).order_by(Notification.id)))
    )
    assert kinds == ["confirmation", "change", "cancellation"]
