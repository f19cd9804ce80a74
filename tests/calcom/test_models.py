"""Documents of the vendor: what is tolerated, what is refused, and how the refusal names its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.calcom.models import Booking, EventType, Schedule
from askpro_cli.calcom.wire.reading import read_document, read_documents, read_slots

BOOKING: dict[str, Any] = {
    "uid": "vN3kQw8yTzR5mXbC1dFgH7",
    "status": "accepted",
    "start": "2026-11-24T09:00:00.000Z",
    "end": "2026-11-24T09:30:00.000Z",
}
EVENT_TYPE: dict[str, Any] = {"id": 7, "slug": "schnitt", "title": "Schnitt", "lengthInMinutes": 30}

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def complaint_of(kind: Any, document: Any, path: str = "data") -> VendorProtocolError:
    with pytest.raises(VendorProtocolError) as caught:
        read_document(kind, document, path)
    return caught.value


def test_unknown_fields_are_kept_in_raw_at_every_level() -> None:
    document = BOOKING | {"newIn2027": {"a": 1}, "attendees": [{"name": "Mia Muster", "mood": "good"}]}
    booking = read_document(Booking, document)
    assert booking.raw["newIn2027"] == {"a": 1}
    assert booking.attendees[0].raw["mood"] == "good"


def test_a_document_nested_beyond_all_reason_is_refused() -> None:
    nested: dict[str, Any] = {}
    for _ in range(2000):
        nested = {"a": nested}
    assert complaint_of(Booking, BOOKING | {"metadata": nested}).details["path"] == "data"


def test_missing_and_null_optional_fields_are_the_same() -> None:
    nulls = dict.fromkeys(("title", "hosts", "attendees", "metadata", "createdAt", "eventType", "location"))
    assert (
        read_document(Booking, BOOKING | nulls).attendees == read_document(Booking, BOOKING).attendees == []
    )
    assert read_document(Booking, BOOKING | nulls).created_at is None


def test_instants_come_back_in_utc_whatever_offset_they_had() -> None:
    booking = read_document(Booking, BOOKING | {"start": "2026-11-24T10:00:00+01:00"})
    assert booking.start == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert booking.start.tzinfo is UTC


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"start": 1_800_000_000}, "data[3].start"),
        ({"start": "2026-11-24T09:00:00"}, "data[3].start"),
        ({"start": "yesterday"}, "data[3].start"),
        ({"start": "0001-01-01T00:00:00+14:00"}, "data[3]"),
        ({"end": "9999-12-31T23:59:59Z"}, "data[3]"),
        ({"uid": None}, "data[3].uid"),
        ({"status": ["accepted"]}, "data[3].status"),
        ({"attendees": [{"name": "Mia"}, {"name": 5}]}, "data[3].attendees[1].name"),
        ({"eventType": {"id": "7"}}, "data[3].eventType.id"),
        ({"metadata": []}, "data[3].metadata"),
    ],
)
def test_a_wrong_type_is_an_error_that_names_the_place(change: dict[str, Any], place: str) -> None:
    error = complaint_of(Booking, BOOKING | change, "data[3]")
    assert error.details["path"] == place
    assert place in error.message


@pytest.mark.parametrize("document", [None, 5, "text", [], True])
def test_something_else_than_an_object_is_refused(document: Any) -> None:
    assert complaint_of(Booking, document).details["path"] == "data"


def test_an_array_is_expected_where_a_list_is_asked_for() -> None:
    with pytest.raises(VendorProtocolError, match="at data: expected `array`, got `object`"):
        read_documents(Booking, {"a": 1})


def test_a_document_never_shows_what_is_in_it() -> None:
    document = BOOKING | {"attendees": [{"name": "Mia Muster", "email": "mia@example.org"}]}
    assert "Mia" not in repr(read_document(Booking, document))
    assert "Mia" not in repr(read_document(Booking, document).attendees)


def test_the_event_type_of_a_booking_is_found_in_either_place() -> None:
    assert read_document(Booking, BOOKING | {"eventTypeId": 7}).of_event_type == 7
    assert read_document(Booking, BOOKING | {"eventTypeId": 7, "eventType": {"id": 8}}).of_event_type == 8


def test_the_hosts_of_an_own_event_type_are_its_owner_and_users() -> None:
    own = read_document(EventType, EVENT_TYPE | {"ownerId": 1, "users": [{"id": 1}, {"id": 2}]})
    assert own.host_ids == (1, 2)


def test_the_hosts_of_a_team_event_type_are_its_hosts_only() -> None:
    team = EVENT_TYPE | {
        "teamId": 9,
        "ownerId": None,
        "hosts": [{"userId": 4}, {"userId": 5}],
        "users": [{"id": 1}],
    }
    assert read_document(EventType, team).host_ids == (4, 5)


@pytest.mark.parametrize(
    "people",
    [
        {"users": [{"id": 1}, "somebody"]},
        {"teamId": 9, "hosts": [{"userId": 4}, {"name": "somebody"}]},
        {"teamId": 9, "hosts": []},
    ],
)
def test_hosts_that_are_not_all_named_are_not_known(people: dict[str, Any]) -> None:
    assert read_document(EventType, EVENT_TYPE | people).host_ids == ()


def test_a_booking_with_a_host_who_is_not_named_knows_no_hosts() -> None:
    assert read_document(Booking, BOOKING | {"hosts": [{"id": 1}, {"name": "somebody"}]}).host_ids == ()


@pytest.mark.parametrize(
    ("change", "is_parent"),
    [
        ({"schedulingType": "managed", "teamId": 9}, True),
        ({"schedulingType": "MANAGED", "teamId": 9, "parentEventTypeId": None}, True),
        ({"schedulingType": "managed", "parentEventTypeId": 6}, False),
        ({"schedulingType": "roundRobin", "teamId": 9}, False),
        ({}, False),
    ],
)
def test_a_managed_parent_is_told_from_its_children(change: dict[str, Any], is_parent: bool) -> None:  # noqa: FBT001 - an expected value
    assert read_document(EventType, EVENT_TYPE | change).is_managed_parent is is_parent


def test_lengths_are_the_own_one_and_the_options() -> None:
    several = read_document(EventType, EVENT_TYPE | {"lengthInMinutesOptions": [30, 60]})
    assert [several.allows_length(minutes) for minutes in (30, 60, 45)] == [True, True, False]


def test_slots_of_all_days_come_in_order_with_ends() -> None:
    data = {
        "2026-11-25": [{"start": "2026-11-25T09:00:00.000+01:00", "end": "2026-11-25T09:30:00.000+01:00"}],
        "2026-11-24": [{"start": "2026-11-24T08:00:00.000Z"}],
    }
    first, second = read_slots(data, 45)
    assert (first.start, first.end) == (
        datetime(2026, 11, 24, 8, tzinfo=UTC),
        datetime(2026, 11, 24, 8, 45, tzinfo=UTC),
    )
    assert second.end == datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


def test_seats_of_a_slot_are_read() -> None:
    item = {"start": "2026-11-24T08:00:00Z", "seatsRemaining": 3, "seatsTotal": 5, "seatsBooked": 2}
    (slot,) = read_slots({"2026-11-24": [item]}, 30)
    assert (slot.seats_remaining, slot.seats_total, slot.raw["seatsBooked"]) == (3, 5, 2)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([], "data"),
        ({"2026-11-24": {}}, "data.2026-11-24"),
        ({"2026-11-24": [{"start": "2026-11-24T08:00:00Z"}, {"start": 8}]}, "data.2026-11-24[1].start"),
        ({"2026-11-24": [{"time": "2026-11-24T08:00:00Z"}]}, "data.2026-11-24[0].start"),
        (
            {"2026-11-24": [{"start": "2026-11-24T08:00:00Z", "end": "2026-11-24T08:00:00Z"}]},
            "data.2026-11-24[0]",
        ),
    ],
)
def test_slots_of_a_wrong_shape_name_their_place(data: Any, place: str) -> None:
    with pytest.raises(VendorProtocolError) as caught:
        read_slots(data, 30)
    assert caught.value.details["path"] == place


def test_a_slot_without_end_needs_a_length() -> None:
    with pytest.raises(VendorProtocolError, match="end after its start"):
        read_slots({"2026-11-24": [{"start": "2026-11-24T08:00:00Z"}]})


def attempt(read: Callable[[], Any]) -> tuple[Any, str]:
    """Return what *read* gives, or the path that its error names."""
    try:
        return read(), ""
    except VendorProtocolError as error:
        return None, str(error.details["path"])


some_keys = st.sampled_from([*BOOKING, "attendees", "hosts", "metadata", "x"])


@given(document=st.dictionaries(some_keys, json_values))
def test_any_json_object_is_a_booking_or_a_clear_error(document: dict[str, Any]) -> None:
    booking, place = attempt(lambda: read_document(Booking, document, "data[0]"))
    assert booking.raw == document if booking else place.startswith("data[0]")


@given(document=json_values)
def test_no_other_json_value_is_a_schedule(document: Any) -> None:
    _, place = attempt(lambda: read_document(Schedule, document))
    assert place.startswith("data")


@given(data=st.dictionaries(st.text(max_size=10), json_values, max_size=3))
def test_any_json_object_is_slots_or_a_clear_error(data: dict[str, Any]) -> None:
    slots, place = attempt(lambda: read_slots(data, 30))
    assert slots == [] or place.startswith("data")
