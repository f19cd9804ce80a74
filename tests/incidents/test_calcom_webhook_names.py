"""Incident calcom-webhook-names: every real event of Cal.com was answered with 422.

The receiver knew names with dots (``BOOKING.CREATED``), which nobody sends, wanted exactly three digits of
milliseconds, and a whole number as the id of the event type, while the tests sent text. A program that checks
names and forms before it keeps an event fails here.
"""

from __future__ import annotations

import pytest
from support.calcom_events import chain
from support.flow import FlowPlace
from support.inbox_way import InboxWay

UID = "b7Qk3xTnV2mPz8RwYc5Hd1"
FORMS = [
    "2026-11-25T09:00:00Z",
    "2026-11-25T09:00:00.000Z",
    "2026-11-25T09:00:00+00:00",
    "2026-11-25T10:00:00+01:00",
]


def created(
    name: str = "BOOKING_CREATED", start: str = FORMS[0], event_type: object = 1001
) -> dict[str, object]:
    payload = {"uid": UID, "eventTypeId": event_type, "startTime": start, "endTime": "2026-11-25T09:30:00Z"}
    return {"triggerEvent": name, "createdAt": "2026-11-23T08:00:00.000Z", "payload": payload}


@pytest.fixture
def way(sqlite_flow_place: FlowPlace) -> InboxWay:
    place = sqlite_flow_place
    return InboxWay(place.records, place.store, place.clock)


@pytest.mark.parametrize("start", FORMS)
@pytest.mark.parametrize("event_type", [1001, "1001"], ids=["number", "text"])
def test_the_real_name_in_every_form_is_let_in_and_handled(
    sqlite_flow_place: FlowPlace, way: InboxWay, start: str, event_type: object
) -> None:
    way.post(created(start=start, event_type=event_type))
    way.work()
    (event,) = way.events()
    assert (event.state, event.company, event.event_type) == ("done", "salon", "BOOKING_CREATED")
    assert chain(sqlite_flow_place) == [(UID, "accepted", None)]


@pytest.mark.parametrize("name", ["BOOKING.CREATED", "BOOKING_CONFIRMED", "BOOKING_REASSIGNED"])
def test_a_name_that_nobody_knows_is_kept_and_says_so(
    sqlite_flow_place: FlowPlace, way: InboxWay, name: str
) -> None:
    """Answered as a success, so that the sender does not give the webhook up; nothing is done on a guess."""
    way.post(created(name))
    way.work()
    (event,) = way.events()
    assert (event.state, event.reason) == ("ignored", "no event of Cal.com that askpro knows")
    assert event.body is not None
    assert chain(sqlite_flow_place) == []


def test_the_flat_body_of_a_meeting_is_read_where_it_stands(
    sqlite_flow_place: FlowPlace, way: InboxWay
) -> None:
    flat = {
        "triggerEvent": "MEETING_ENDED",
        "uid": UID,
        "id": 100,
        "eventTypeId": 1001,
        "startTime": FORMS[1],
        "endTime": "2026-11-25T09:30:00.000Z",
        "createdAt": "2026-11-23T08:00:00.000Z",
        "updatedAt": "2026-11-23T08:00:00.000Z",
        "status": "ACCEPTED",
    }
    way.post(flat)
    way.work()
    assert way.states() == ["done"]
    assert chain(sqlite_flow_place) == [(UID, "accepted", None)]
