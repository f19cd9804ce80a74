from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.booking.addresses import check_email
from askpro_cli.booking.places import parse_location
from askpro_cli.booking.requests import (
    check_contact,
    check_guests,
    check_metadata,
    check_name,
    check_start,
    parse_pairs,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_name_gets_single_spaces() -> None:
    assert check_name("  Anna \t Schmidt ") == "Anna Schmidt"


@pytest.mark.parametrize("text", ["", "   ", "Anna\x00", "\x1b[31mAnna"])
def test_a_name_without_visible_characters_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="--name"):
        check_name(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" anna@example.org ", "anna@example.org"),
        ("Anna.Schmidt+friseur@Example.ORG", "Anna.Schmidt+friseur@example.org"),
        ("a@xn--bcher-kva.example.com", "a@xn--bcher-kva.example.com"),
        ("a@Bücher.example.com", "a@xn--bcher-kva.example.com"),
        ("a@straße.example.com", "a@xn--strae-oqa.example.com"),  # another host than strasse.example.com
        ("a@beispiel.xn--p1ai", "a@beispiel.xn--p1ai"),
    ],
)
def test_an_address_keeps_its_local_part(text: str, expected: str) -> None:
    assert check_email(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "anna",
        "anna@",
        "@example.org",
        "anna@localhost",
        "anna@example.org\nbcc: x@example.org",
        "anna schmidt@example.org",
        ".anna@example.org",
        "anna..s@example.org",
        "anna@-example.org",
        "anna@example.o",
        "a" * 65 + "@example.org",
        "a@" + "b." * 130 + "org",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_email(text)
    assert text not in caught.value.message


@pytest.mark.parametrize(
    ("text", "sign"), [("jürgen@example.org", "'ü'"), ("a\u00a0b@bücher.example.com", "")]
)
def test_a_local_part_beyond_ascii_is_refused_naming_the_character(text: str, sign: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_email(text)
    assert sign in caught.value.message
    assert text not in caught.value.message
    assert "before the @" in caught.value.message


@pytest.mark.parametrize(
    "text", ["a@\u2028.example.org", "a@bü cher.example.org", "a@ü..org", "a@" + "ü" * 70 + ".org"]
)
def test_a_domain_that_no_server_can_have_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="not an e-mail address"):
        check_email(text)


def test_one_way_to_reach_the_attendee_is_enough() -> None:
    assert check_contact(None, "030 23125 001") == (None, "+493023125001")
    assert check_contact("anna@example.org", None) == ("anna@example.org", None)
    assert check_contact("", None) == (None, None)  # the event type tells which is needed


def test_guests_count_once() -> None:
    assert check_guests(["otto@example.org", "otto@Example.org"]) == ("otto@example.org",)


def test_a_start_lies_ahead() -> None:
    assert check_start(datetime(2026, 11, 23, 9, 1, tzinfo=UTC), NOW, BERLIN).minute == 1
    for past in (NOW, datetime(2023, 6, 13, tzinfo=UTC)):
        with pytest.raises(InvalidValueError, match="in the past"):
            check_start(past, NOW, BERLIN)


def test_a_past_start_is_told_in_the_companys_zone() -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_start(datetime(2026, 7, 1, 8, tzinfo=UTC), NOW, BERLIN)
    assert caught.value.message == (
        "--start: 2026-07-01 10:00 is in the past (now 2026-11-23 10:00, Europe/Berlin)"
    )


def test_a_start_more_than_two_years_ahead_is_taken_for_a_slip_of_the_year() -> None:
    assert check_start(NOW + timedelta(days=731), NOW, BERLIN) == NOW + timedelta(days=731)
    with pytest.raises(InvalidValueError, match="more than 731 days ahead") as caught:
        check_start(datetime(2126, 11, 24, 9, tzinfo=UTC), NOW, BERLIN)
    assert caught.value.hint == "check the year"


def test_pairs_are_split_at_the_first_equals_sign() -> None:
    assert parse_pairs(["a=1", "b=x=y", "c="], option="--field") == {"a": "1", "b": "x=y", "c": ""}


@pytest.mark.parametrize("pairs", [["a"], ["=1"], [" =1"], ["a=1", "a=2"]])
def test_broken_pairs_are_refused(pairs: list[str]) -> None:
    with pytest.raises(InvalidValueError, match="--metadata"):
        parse_pairs(pairs, option="--metadata")


@pytest.mark.parametrize(("entries", "key_length", "value_length"), [(49, 3, 1), (1, 40, 500)])
def test_metadata_at_its_limits_passes(entries: int, key_length: int, value_length: int) -> None:
    metadata = {f"{index}".zfill(key_length): "v" * value_length for index in range(entries)}
    assert check_metadata(metadata) == metadata


@pytest.mark.parametrize(
    "metadata",
    [
        {str(index): "v" for index in range(50)},
        {"k" * 41: "v"},
        {"k": "v" * 501},
        {"askpro_key": "mine"},
    ],
)
def test_metadata_beyond_its_limits_is_refused(metadata: dict[str, str]) -> None:
    with pytest.raises(InvalidValueError, match="--metadata"):
        check_metadata(metadata)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("phone", {"type": "phone"}),
        ("integration:cal-video", {"type": "integration", "integration": "cal-video"}),
        ("attendeeAddress:Hauptstr. 1: Hof", {"type": "attendeeAddress", "address": "Hauptstr. 1: Hof"}),
        ("attendeePhone", {"type": "attendeePhone", "phone": "+493023125001"}),
        ("attendeePhone:0171 3920012", {"type": "attendeePhone", "phone": "+491713920012"}),
        ("attendeeDefined:im Hof", {"type": "attendeeDefined", "location": "im Hof"}),
    ],
)
def test_a_location_is_a_kind_and_its_detail(text: str | None, expected: dict[str, str] | None) -> None:
    assert parse_location(text, phone="+493023125001") == expected


@pytest.mark.parametrize("text", ["", "moon", "phone:+493023125001", "integration", "attendeeAddress: "])
def test_a_location_out_of_shape_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="--location"):
        parse_location(text, phone=None)


def test_a_location_at_the_attendees_phone_needs_one() -> None:
    with pytest.raises(InvalidValueError, match="attendeePhone needs a number") as caught:
        parse_location("attendeePhone", phone=None)
    assert caught.value.hint == "write attendeePhone:+49… or give --phone"


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_clear_error(text: str) -> None:
    try:
        assert check_email(text).count("@") == 1
    except InvalidValueError as error:
        assert error.subject == "--email"  # noqa: PT017 - both outcomes are right
