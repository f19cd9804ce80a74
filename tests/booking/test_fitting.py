from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from askpro_cli.base.errors import InvalidValueError, RefusedError
from askpro_cli.booking.fitting import check_bookable, fit, planned_minutes
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.calcom.models import EventType
from askpro_cli.calcom.wire.reading import read_document


def event_type(**more: Any) -> EventType:
    document = {"id": 1001, "slug": "haarschnitt", "title": "Haarschnitt", "lengthInMinutes": 45, **more}
    return read_document(EventType, document)


def question(slug: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"type": kind, "slug": slug, "label": slug, "required": False, "hidden": False, **more}


def request(**more: Any) -> BookingRequest:
    known: dict[str, Any] = {
        "event_type_id": 1001,
        "start": datetime(2026, 11, 23, 9, tzinfo=UTC),
        "name": "Anna Schmidt",
        "email": "anna@example.org",
        "phone": "+493023125001",
        "timezone": "Europe/Berlin",
        "language": "de",
    }
    return BookingRequest(**(known | more))


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"schedulingType": "roundRobin", "teamId": 7, "hosts": []}, "no hosts"),
    ],
)
def test_what_nobody_can_book_is_refused_with_its_reason(document: dict[str, Any], why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        check_bookable(event_type(**document))


def test_the_parent_of_a_managed_event_type_is_not_booked_itself() -> None:
    with pytest.raises(InvalidValueError, match="managed"):
        check_bookable(event_type(schedulingType="managed", teamId=7, hosts=[{"userId": 1}]))


@pytest.mark.parametrize("document", [{}, {"recurrence": None}, {"recurrence": {"disabled": True}}])
def test_an_ordinary_event_type_can_be_booked(document: dict[str, Any]) -> None:
    check_bookable(event_type(**document))


SERIES = {"interval": 1, "occurrences": 4, "frequency": "weekly"}


@pytest.mark.parametrize(
    ("recurrence", "count", "why"),
    [
        (SERIES, None, "books a series of at most 4"),
        (SERIES, 5, "books a series of at most 4"),
        (None, 2, "books no series"),
        ({**SERIES, "disabled": True}, 1, "books no series"),
    ],
)
def test_how_many_of_a_series_must_be_said_and_only_there(
    recurrence: dict[str, Any] | None, count: int | None, why: str
) -> None:
    with pytest.raises(InvalidValueError, match=why):
        fit(request(occurrences=count), event_type(recurrence=recurrence))


@pytest.mark.parametrize("count", [1, 4])
def test_as_many_of_a_series_as_it_has_are_sent(count: int) -> None:
    assert fit(request(occurrences=count), event_type(recurrence=SERIES)).occurrences == count


def test_only_a_team_is_asked_to_come_at_once() -> None:
    with pytest.raises(InvalidValueError, match="--instant"):
        fit(request(instant=True), event_type())
    team = event_type(teamId=7, hosts=[{"userId": 1}])
    assert fit(request(instant=True), team).instant is True


def test_a_length_is_sent_only_where_one_may_be_chosen() -> None:
    choosable = event_type(lengthInMinutesOptions=[30, 45, 60])
    assert fit(request(duration=60), choosable).duration == 60
    assert fit(request(duration=45), event_type()).duration is None
    assert planned_minutes(request(duration=60), choosable) == 60
    assert planned_minutes(request(), choosable) == 45


def test_a_length_that_is_not_offered_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidValueError, match="--duration") as caught:
        fit(request(duration=50), event_type(lengthInMinutesOptions=[30, 45, 60]))
    assert caught.value.hint == "one of 30, 45, 60"


def test_a_location_must_be_among_those_offered() -> None:
    salon = event_type(
        locations=[{"type": "attendeePhone"}, {"type": "integration", "integration": "cal-video"}]
    )
    by_phone = {"type": "attendeePhone", "phone": "+493023125001"}
    assert fit(request(location=by_phone), salon).location == by_phone
    with pytest.raises(InvalidValueError, match="--location") as caught:
        fit(request(location={"type": "integration", "integration": "zoom"}), salon)
    assert caught.value.hint == "give --location attendeePhone:+49… or --location integration:cal-video"


BY_PHONE, AT_HOME, ANYWHERE = (
    {"type": kind} for kind in ("attendeePhone", "attendeeAddress", "attendeeDefined")
)


def test_where_only_the_attendee_can_say_the_place_its_phone_number_is_taken() -> None:
    taken = {"type": "attendeePhone", "phone": "+493023125001"}
    assert fit(request(), event_type(locations=[BY_PHONE])).location == taken


@pytest.mark.parametrize(
    ("offered", "phone", "hint"),
    [
        ([BY_PHONE], None, "give --location attendeePhone:+49…"),
        ([AT_HOME], "+493023125001", "give --location attendeeAddress:STREET"),
        (
            [BY_PHONE, ANYWHERE],
            "+493023125001",
            "give --location attendeePhone:+49… or --location attendeeDefined:TEXT",
        ),
    ],
)
def test_a_place_that_only_the_attendee_can_say_is_asked_for_before_the_wire(
    offered: list[dict[str, Any]], phone: str | None, hint: str
) -> None:
    with pytest.raises(InvalidValueError, match="--location") as caught:
        fit(request(phone=phone), event_type(locations=offered))
    assert caught.value.hint is not None
    assert caught.value.hint.startswith(hint)


def test_a_place_of_the_hosts_own_needs_no_answer() -> None:
    own = {"type": "address", "address": "Musterstraße 1"}
    assert fit(request(), event_type(locations=[own, BY_PHONE])).location is None
    assert fit(request(), event_type(locations=[])).location is None


def test_guests_are_refused_where_there_are_none() -> None:
    with pytest.raises(InvalidValueError, match="takes no guests"):
        fit(request(guests=("otto@example.org",)), event_type(disableGuests=True))


def test_a_missing_required_answer_is_named_with_the_option_that_gives_it() -> None:
    salon = event_type(bookingFields=[question("service", required=True), question("notes")])
    with pytest.raises(InvalidValueError, match="needs an answer to service") as caught:
        fit(request(), salon)
    assert caught.value.hint == "add --field service=…"


@pytest.mark.parametrize("kind", ["select", "radio", "multiselect", "checkbox"])
def test_a_missing_choice_is_named_with_what_may_be_chosen(kind: str) -> None:
    options = [{"value": "kurz", "label": "Kurz"}, "sehr lang"]
    salon = event_type(bookingFields=[question("hair", kind, required=True, options=options)])
    for answers in ({}, {"hair": "blau"}):
        with pytest.raises(InvalidValueError, match="hair") as caught:
            fit(request(fields=answers), salon)
        assert "kurz, sehr lang" in f"{caught.value.message} {caught.value.hint}"


def test_hidden_and_default_fields_need_no_answer() -> None:
    fields = [
        question("name", "name", required=True, isDefault=True),
        question("email", "email", required=True, isDefault=True),
        question("rescheduleReason", required=True, isDefault=True),
        question("internal", required=True, hidden=True),
    ]
    assert fit(request(), event_type(bookingFields=fields)).fields == {}


def test_a_number_alone_is_enough_where_no_address_is_required() -> None:
    salon = event_type(bookingFields=[question("email", "email", required=False, isDefault=True)])
    assert fit(request(email=None), salon).email is None
    strict = event_type(bookingFields=[question("email", "email", required=True, isDefault=True)])
    for phone in ("+493023125001", None):
        with pytest.raises(InvalidValueError, match="--email"):
            fit(request(email=None, phone=phone), strict)


def test_an_attendee_nobody_can_reach_is_refused() -> None:
    free = event_type(bookingFields=[question("email", "email", required=False, isDefault=True)])
    with pytest.raises(InvalidValueError, match="e-mail address or a telephone number") as caught:
        fit(request(email=None, phone=None), free)
    assert caught.value.hint == "give --email or --phone"


def test_the_attendees_phone_answers_the_field_for_it() -> None:
    salon = event_type(bookingFields=[question("attendeePhoneNumber", "phone", required=True)])
    assert fit(request(), salon).fields == {"attendeePhoneNumber": "+493023125001"}
    with pytest.raises(InvalidValueError) as caught:
        fit(request(phone=None), salon)
    assert caught.value.hint == "add --phone …"


def test_an_unknown_field_is_answered_with_the_nearest() -> None:
    salon = event_type(bookingFields=[question("service"), question("notes")])
    with pytest.raises(InvalidValueError) as caught:
        fit(request(fields={"servise": "x"}), salon)
    assert caught.value.hint == "did you mean service?"
    with pytest.raises(InvalidValueError, match="option of its own"):
        fit(request(fields={"email": "x@example.org"}), salon)


@pytest.mark.parametrize(
    ("kind", "more", "text", "value"),
    [
        ("text", {}, "lang", "lang"),
        ("number", {}, "41", 41),
        ("number", {}, "1.5", 1.5),
        ("boolean", {}, "ja", True),
        ("boolean", {}, "False", False),
        ("select", {"options": ["kurz", "lang"]}, "kurz", "kurz"),
        ("radio", {"options": [{"value": "kurz", "label": "Kurz"}]}, "kurz", "kurz"),
        ("multiselect", {"options": ["a", "b"]}, "a, b", ["a", "b"]),
        ("checkbox", {"options": ["a", "b"]}, "b", ["b"]),
        ("multiemail", {}, "a@example.org,b@example.org", ["a@example.org", "b@example.org"]),
        ("phone", {}, "0171 3920012", "+491713920012"),
    ],
)
def test_an_answer_is_read_as_its_field_wants_it(
    kind: str, more: dict[str, Any], text: str, value: Any
) -> None:
    salon = event_type(bookingFields=[question("q", kind, **more)])
    assert fit(request(fields={"q": text}), salon).fields == {"q": value}


@pytest.mark.parametrize(
    ("kind", "more", "text"),
    [
        ("number", {}, "many"),
        ("number", {}, "nan"),
        ("boolean", {}, "maybe"),
        ("select", {"options": ["kurz"]}, "lang"),
        ("multiselect", {"options": ["a"]}, "a,c"),
        ("multiemail", {}, "a@example.org,b"),
        ("phone", {}, "110"),
    ],
)
def test_an_answer_of_the_wrong_kind_is_refused_naming_the_field(
    kind: str, more: dict[str, Any], text: str
) -> None:
    salon = event_type(bookingFields=[question("q", kind, **more)])
    with pytest.raises(InvalidValueError, match="--field") as caught:
        fit(request(fields={"q": text}), salon)
    assert caught.value.subject == "--field q"
