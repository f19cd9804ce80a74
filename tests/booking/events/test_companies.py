"""Whose an event of Cal.com is: by its event type, by a booking that is known; never guessed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from support.calcom_events import event_of, hooked
from support.changing import NOON, there
from support.flow import FlowPlace

from askpro_cli.booking.handlers import companies_of_calcom, ignores_calcom
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import CalcomBooking, CalcomEventType, Company
from askpro_cli.platform.tenancy import TenantSession

UID = "b7Qk3xTnV2mPz8RwYc5Hd1"


def found(records: Records, payload: Any, trigger: str = "BOOKING_CREATED") -> list[str]:
    document = {"triggerEvent": trigger, "payload": payload}
    wide = records.platform_wide("find whose an event is")
    return list(
        wide.run_in_transaction(lambda session: companies_of_calcom(event_of(document, None), session))
    )


def another_company(records: Records, *, event_type: int | None, uid: str | None) -> None:
    """Add a company that maps an event type, and has a booking."""

    def work(session: TenantSession) -> None:
        other = Company(slug="praxis", name="Praxis", timezone="Europe/Berlin")
        session.add(other)
        session.flush()
        if event_type is not None:
            session.add(CalcomEventType(company_id=other.id, calcom_event_type_id=event_type, name="Termin"))
        if uid is not None:
            times = {"starts_at": NOON, "ends_at": NOON.replace(hour=23)}
            session.add(CalcomBooking(company_id=other.id, calcom_uid=uid, status="accepted", **times))

    records.platform_wide("set the stage").run_in_transaction(work)


@pytest.mark.parametrize("written", [1001, "1001"], ids=["number", "text"])
def test_by_its_event_type(flow_place: FlowPlace, written: object) -> None:
    assert found(flow_place.records, {"uid": UID, "eventTypeId": written}) == ["salon"]
    assert found(flow_place.records, {"eventTypeId": 999}) == []


@pytest.mark.parametrize(
    "payload", [None, [], "text", {}, {"uid": 5, "eventTypeId": True}, {"eventTypeId": "x"}]
)
def test_nothing_to_go_by_is_no_company(sqlite_flow_place: FlowPlace, payload: object) -> None:
    assert found(sqlite_flow_place.records, payload) == []
    assert found(sqlite_flow_place.records, {"eventTypeId": "9" * 1000}) == []


def test_by_a_booking_that_is_known_new_or_old(flow_place: FlowPlace) -> None:
    hooked(flow_place)
    old = flow_place.book().appointment.calcom_v2_booking_uid
    new = there(flow_place, str(old), NOON)
    assert found(flow_place.records, {"uid": old}) == ["salon"]
    assert found(flow_place.records, {"uid": new}) == []
    assert found(flow_place.records, {"uid": new, "rescheduleUid": old}) == ["salon"]
    marked: dict[str, Any] = {"bookingUid": old, "attendees": []}
    assert found(flow_place.records, marked, "BOOKING_NO_SHOW_UPDATED") == ["salon"]


def test_of_two_companies_with_one_event_type_the_one_that_knows_the_booking(
    sqlite_flow_place: FlowPlace,
) -> None:
    another_company(sqlite_flow_place.records, event_type=1001, uid=UID)
    assert found(sqlite_flow_place.records, {"uid": "x", "eventTypeId": 1001}) == ["praxis", "salon"]
    assert found(sqlite_flow_place.records, {"uid": UID, "eventTypeId": 1001}) == ["praxis"]


def test_where_event_type_and_booking_disagree_nobody_guesses(sqlite_flow_place: FlowPlace) -> None:
    another_company(sqlite_flow_place.records, event_type=None, uid=UID)
    assert found(sqlite_flow_place.records, {"uid": UID, "eventTypeId": 1001}) == ["praxis", "salon"]


def test_a_company_that_is_gone_is_none(sqlite_flow_place: FlowPlace) -> None:
    def gone(session: TenantSession) -> None:
        company = session.scalars(select(Company)).one()
        company.deleted_at = NOON

    sqlite_flow_place.records.run_in_transaction(gone)
    assert found(sqlite_flow_place.records, {"uid": UID, "eventTypeId": 1001}) == []


@pytest.mark.parametrize(
    ("trigger", "company", "ignored"),
    [
        ("PING", None, True),
        ("PING", "salon", True),
        ("OOO_CREATED", None, True),
        ("OOO_CREATED", "salon", False),
        ("BOOKING_CREATED", None, False),
        ("BOOKING_CONFIRMED", None, True),
    ],
)
def test_what_concerns_no_booking_is_nobody_s_failure(
    trigger: str, company: str | None, *, ignored: bool
) -> None:
    assert bool(ignores_calcom(event_of({"triggerEvent": trigger}, company))) is ignored
