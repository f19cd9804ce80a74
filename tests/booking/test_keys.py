from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.booking.keys import check_given_key, content_hash, derive_key, identity_hash
from askpro_cli.booking.requests import MAX_METADATA_VALUE, BookingRequest

REQUEST = BookingRequest(
    event_type_id=1001,
    start=datetime(2026, 11, 23, 9, tzinfo=UTC),
    name="Anna Schmidt",
    email="anna@example.org",
    phone="+493023125001",
    timezone="Europe/Berlin",
    language="de",
)


def test_a_derived_key_can_travel_as_metadata_and_shows_nobody() -> None:
    key = derive_key("salon", REQUEST)
    assert len(key) == 64 <= MAX_METADATA_VALUE
    assert int(key, 16) > 0


def test_the_same_instant_in_another_zone_is_the_same_booking() -> None:
    elsewhere = replace(REQUEST, start=REQUEST.start.astimezone(ZoneInfo("Asia/Tokyo")))
    assert derive_key("salon", elsewhere) == derive_key("salon", REQUEST)


@pytest.mark.parametrize("name", ["anna schmidt", " Anna  SCHMIDT ", "Anna\u00a0Schmidt"])
def test_the_spelling_of_a_name_does_not_make_another_booking(name: str) -> None:
    assert derive_key("salon", replace(REQUEST, name=name)) == derive_key("salon", REQUEST)


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, event_type_id=1002),
        replace(REQUEST, start=datetime(2026, 11, 23, 10, tzinfo=UTC)),
        replace(REQUEST, name="Otto Schmidt"),  # two people may share a placeholder address
        replace(REQUEST, email=None),
        replace(REQUEST, phone=None),
    ],
)
def test_every_part_of_the_identity_makes_another_key(other: BookingRequest) -> None:
    assert derive_key("salon", other) != derive_key("salon", REQUEST)


def test_another_company_is_another_key() -> None:
    assert derive_key("salon", REQUEST) != derive_key("praxis", REQUEST)


def test_details_change_the_content_but_not_the_derived_key() -> None:
    detailed = replace(REQUEST, metadata={"call": "c1"})
    assert derive_key("salon", detailed) == derive_key("salon", REQUEST)
    assert identity_hash(detailed) == identity_hash(REQUEST)
    assert content_hash(detailed) != content_hash(REQUEST)


def test_the_order_of_details_does_not_matter() -> None:
    one = replace(REQUEST, metadata={"a": "1", "b": "2"}, guests=("x@example.org", "y@example.org"))
    other = replace(REQUEST, metadata={"b": "2", "a": "1"}, guests=("y@example.org", "x@example.org"))
    assert content_hash(one) == content_hash(other)


@given(st.lists(st.text(max_size=5), min_size=2, max_size=2, unique=True))
def test_no_two_different_metadata_entries_look_the_same(parts: list[str]) -> None:
    one = replace(REQUEST, metadata={parts[0]: parts[1]})
    other = replace(REQUEST, metadata={parts[1]: parts[0]})
    assert content_hash(one) != content_hash(other)


@pytest.mark.parametrize("key", ["call-17", "x" * 500, "with space inside"])
def test_a_given_key_is_taken_as_it_is(key: str) -> None:
    assert check_given_key(key) == key


@pytest.mark.parametrize("key", ["", " ", "x" * 501, "call-17\n", " call", "schlüssel", "a\x00b"])
def test_a_given_key_that_cannot_travel_is_refused(key: str) -> None:
    with pytest.raises(InvalidValueError, match="--idempotency-key"):
        check_given_key(key)
