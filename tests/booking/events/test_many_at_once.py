"""Events that come together: bookings nobody knows are written down at once, as they are one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from support.calcom_events import Document, event_of, hooked
from support.changing import everything
from support.flow import TOMORROW_TEN, FlowPlace
from support.histories import History

from askpro_cli.base.errors import RefusedError
from askpro_cli.booking.handlers import handle_calcom, handle_new_of_calcom
from askpro_cli.platform.schema import Appointment, CalcomBooking, Company
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.webhooks.handling import Handled


def created(uid: str, *, hour: int = 24, **more: Any) -> Document:
    """Return the first event of a booking."""
    made = History(uid, TOMORROW_TEN + timedelta(hours=hour), {})
    made.tell("BOOKING_CREATED", more.pop("status", "ACCEPTED"), **more)
    return made.events[0]


def at_once(place: FlowPlace, documents: Sequence[Document]) -> list[Handled | None]:
    """Hand events over as a worker does."""
    events = [event_of(document) for document in documents]
    return place.records.run_in_transaction(lambda session: list(handle_new_of_calcom(events, session)))


def by_itself(place: FlowPlace, document: Document) -> Handled:
    """Hand one event over to its handler."""
    return place.records.run_in_transaction(lambda session: handle_calcom(event_of(document), session))


def columns(place: FlowPlace) -> list[tuple[Any, ...]]:
    """Return what was written of bookings, but for what tells them apart."""
    return [
        (
            *(one.company_id, one.branch_id, one.appointment_id, one.event_type_id, one.status),
            *(one.starts_at, one.ends_at, one.rescheduled_from_uid, one.told, one.correlation_id),
        )
        for one in everything(place, CalcomBooking)
    ]


def test_they_are_written_down_as_one_by_one(flow_place: FlowPlace) -> None:
    facts: list[dict[str, Any]] = [
        {"eventTypeId": 1001, "organizer": {"id": 7, "name": "Anna Beispiel"}},
        {"eventTypeId": 987_654},
        {"status": "PENDING"},
    ]
    done = at_once(flow_place, [created(f"{nth}together", **one) for nth, one in enumerate(facts)])
    alone = [by_itself(flow_place, created(f"{nth}alone", **one)) for nth, one in enumerate(facts)]
    assert done == alone
    rows = columns(flow_place)
    assert rows[:3] == rows[3:]
    assert rows[0][3] is not None
    assert rows[1][3] is None


def test_what_is_known_in_any_way_is_left_to_be_looked_at(flow_place: FlowPlace) -> None:
    hook = hooked(flow_place)
    uid = str(flow_place.book().appointment.calcom_v2_booking_uid)
    hook.settle()
    at_once(flow_place, [created("known0")])
    moved = History("before0", TOMORROW_TEN, {})
    moved.act("moved")
    marked = created("marked0", metadata={"askpro_appointment": "1"})
    twice = created("twice0", hour=30)
    unreadable = created("", hour=31)
    done = at_once(
        flow_place,
        [created(uid), created("known0"), *moved.events, marked, twice, twice, unreadable, created("new0")],
    )
    assert [bool(one) for one in done] == [*[False] * 7, True]
    assert [one.calcom_uid for one in everything(flow_place, CalcomBooking)] == [uid, "known0", "new0"]


@pytest.mark.parametrize("column", ["starts_at", "moving_to_starts_at"])
def test_all_wait_for_each_other_where_an_appointment_is_being_made_then(
    flow_place: FlowPlace, column: str
) -> None:
    flow_place.book()
    times = {"ends_at": TOMORROW_TEN + timedelta(hours=25)} if column == "starts_at" else {}
    values = {"status": "moving", column: TOMORROW_TEN + timedelta(hours=24), **times}
    flow_place.records.run_in_transaction(lambda session: session.execute(update(Appointment).values(values)))
    assert at_once(flow_place, [created("one0"), created("other0", hour=48)]) == [None, None]
    assert at_once(flow_place, [created("other0", hour=48)]) != [None]


def test_a_booking_of_another_company_is_refused_alone(flow_place: FlowPlace) -> None:
    def of_another(session: TenantSession) -> None:
        other = Company(slug="praxis", name="Praxis", timezone="Europe/Berlin")
        session.add(other)
        session.flush()
        times = {"starts_at": TOMORROW_TEN, "ends_at": TOMORROW_TEN + timedelta(hours=1)}
        session.add(CalcomBooking(company_id=other.id, calcom_uid="theirs0", status="accepted", **times))

    flow_place.records.platform_wide("set the stage").run_in_transaction(of_another)
    theirs, ours = created("theirs0"), created("ours0")
    assert at_once(flow_place, [theirs, ours])[0] is None
    with pytest.raises(RefusedError):
        by_itself(flow_place, theirs)
    by_itself(flow_place, ours)  # where the database cannot pass over theirs, ours was left, too
    assert [one.calcom_uid for one in everything(flow_place, CalcomBooking)] == ["ours0"]
    theirs_now = select(CalcomBooking.status).where(CalcomBooking.calcom_uid == "theirs0")
    wide = flow_place.records.platform_wide("look at both companies")
    assert wide.run_in_transaction(lambda session: session.scalar(theirs_now)) == "accepted"
