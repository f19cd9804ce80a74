"""Bodies of events as the vendor writes them: each is read, or said to concern no booking.

``ASKPRO_TEST_CALCOM_EXAMPLES`` names the folder with the vendor's documented examples; without it the bodies
of our own sandbox stand for them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calcom_events import event_of, hooked
from support.contract.sources import EXAMPLES
from support.flow import FlowPlace

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.booking.events.reading import event_type_of, names_in, told_by
from askpro_cli.booking.events.triggers import FLAT, HANDLED, IGNORED, why_ignored

FOLDER = Path(os.environ.get(EXAMPLES, "/nonexistent")) / "webhooks"
FILES = sorted(FOLDER.glob("*.json"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["uid", "bookingUid", "startTime", "status", "attendees", "organizer", "metadata", "id"]
)


@pytest.mark.skipif(not FILES, reason=f"the vendor's examples are not here: set {EXAMPLES}")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_vendors_examples_are_read_or_ignored(path: Path) -> None:
    event = event_of(msgspec.json.decode(path.read_bytes()))
    if event.type in HANDLED:
        told = told_by(event)
        assert told.uid
        assert (told.start is None) == (event.type == "BOOKING_NO_SHOW_UPDATED")
    else:
        assert event.type in IGNORED, "nobody said what becomes of it"
        assert why_ignored(event.type)


def test_what_our_sandbox_sends_is_read(sqlite_flow_place: FlowPlace) -> None:
    hook = hooked(sqlite_flow_place)
    uid = str(sqlite_flow_place.book().appointment.calcom_v2_booking_uid)
    booking = sqlite_flow_place.sandbox.world.bookings[uid]
    for trigger in sorted(HANDLED - {"BOOKING_CREATED"}):
        sqlite_flow_place.sandbox.world.emit(trigger, booking)
    for document in hook.take():
        told = told_by(event_of(document))
        assert (told.uid, told.trigger) == (uid, document["triggerEvent"])
        assert told.start == (datetime.fromtimestamp(booking.start, UTC) if told.status else None)
        hosts = () if told.trigger in FLAT or told.status is None else tuple(booking.host_ids)
        assert told.hosts == hosts


def body(trigger: str = "BOOKING_CREATED", **fields: Any) -> Any:
    known = {"uid": "u", "startTime": "2026-11-25T09:00:00Z", "endTime": "2026-11-25T09:30:00Z"}
    return event_of({"triggerEvent": trigger, "createdAt": "2026-11-23T08:00:00Z", "payload": known | fields})


def test_a_payment_that_is_awaited_is_no_accepted_booking() -> None:
    assert told_by(body("BOOKING_PAYMENT_INITIATED", status="ACCEPTED")).status == "pending"
    assert told_by(body("BOOKING_PAID", status="ACCEPTED")).status == "accepted"
    assert told_by(body("BOOKING_PAID", status="PENDING")).status == "pending"
    assert told_by(body(status="SOMETHING_NEW")).status == "accepted"


def test_of_several_seats_one_that_is_given_up_ends_nothing() -> None:
    told = told_by(body("BOOKING_CANCELLED", status="CANCELLED", attendeeSeatId="seat-1"))
    assert (told.status, told.seat) == (None, "seat-1")
    moved = told_by(body("BOOKING_RESCHEDULED", rescheduleUid="old", attendeeSeatId="seat-1"))
    assert (moved.status, moved.before) == ("accepted", None)


def test_hosts_count_only_where_all_are_named() -> None:
    team = {"members": [{"id": 2}, {"id": 3}]}
    assert told_by(body(organizer={"id": 1}, team=team)).hosts == (1, 2, 3)
    assert told_by(body(organizer={"id": 1}, team={"members": [{"name": "nobody"}]})).hosts == ()
    assert told_by(body()).hosts == ()


def test_without_a_time_of_its_own_an_event_happened_when_it_came() -> None:
    event = event_of({"triggerEvent": "BOOKING_CREATED", "payload": {"uid": "u"}})
    assert told_by(event).at == datetime.fromtimestamp(event.received_ms / 1000, UTC)


@given(document=JSON, trigger=st.sampled_from(sorted(HANDLED)))
def test_any_json_is_read_or_refused_and_nothing_else(document: Any, trigger: str) -> None:
    for whole in ({"payload": document}, document if isinstance(document, dict) else {}):
        event = event_of({**whole, "triggerEvent": trigger})
        uids, event_type = names_in(event)
        assert all(isinstance(uid, str) for uid in uids)
        assert event_type is None or event_type > 0
        with suppress(VendorProtocolError):
            told_by(event)


@given(field=FIELDS, value=JSON)
def test_one_field_of_another_type_is_refused_or_does_not_matter(field: str, value: Any) -> None:
    with suppress(VendorProtocolError):
        assert told_by(body(**{field: value})).uid


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7),
        ("7", 7),
        ("\u0667", None),
        (True, None),
        (0, None),
        (-1, None),
        (2**63, None),
        ("9" * 400, None),
        (1.5, None),
    ],
)
def test_the_id_of_an_event_type(value: object, expected: int | None) -> None:
    assert event_type_of(value) == expected
