from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.booking.requests import (
    check_contact,
    check_email,
    check_guests,
    check_metadata,
    check_name,
    check_start,
    parse_location,
    parse_pairs,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


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


def test_one_way_to_reach_the_attendee_is_enough() -> None:
    assert check_contact(None, "030 23125 001") == (None, "+493023125001")
    assert check_contact("anna@example.org", None) == ("anna@example.org", None)
    with pytest.raises(InvalidValueError) as caught:
        check_contact("", None)
    assert caught.value.hint == "give --email or --phone"


def test_guests_count_once() -> None:
    assert check_guests(["otto@example.org", "otto@Example.org"]) == ("otto@example.org",)


def test_a_start_lies_ahead() -> None:
    assert check_start(datetime(2026, 11, 23, 9, 1, tzinfo=UTC), NOW).minute == 1
    for past in (NOW, datetime(2023, 6, 13, tzinfo=UTC)):
        with pytest.raises(InvalidValueError, match="in the past"):
            check_start(past, NOW)


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
    with pytest.raises(InvalidValueError, match="needs a detail"):
        parse_location("attendeePhone", phone=None)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_clear_error(text: str) -> None:
    try:
        assert check_email(text).count("@") == 1
    except InvalidValueError as error:
        assert error.subject == "--email"  # noqa: PT017 - both outcomes are right
