"""The words in which wrong input is refused, piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.sandbox.bookings.input import check_cancel, check_create, check_reschedule, valid_metadata
from askpro_cli.sandbox.protocol.answers import ApiError
from askpro_cli.sandbox.protocol.inputs import instant_of, is_phone, parse_iso, whole_number

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
bodies = anything | st.dictionaries(
    st.sampled_from(
        ["start", "attendee", "eventTypeId", "metadata", "guests", "location", "lengthInMinutes"]
    ),
    anything
    | st.dictionaries(st.sampled_from(["name", "email", "timeZone", "phoneNumber", "type"]), anything),
)


@given(bodies, st.sampled_from(["2024-08-13", "2026-02-25"]))
def test_no_body_breaks_the_checks(body: object, version: str) -> None:
    checks: list[Callable[[], object]] = [
        lambda: check_create(body, version),
        lambda: check_reschedule(body, version),
        lambda: check_cancel(body),
    ]
    for check in checks:
        try:
            check()
        except ApiError as refusal:
            assert refusal.status == 400  # noqa: PT017 - either is fine, nothing else is


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 - UTC is meant
def test_a_text_without_a_zone_is_utc(moment: datetime) -> None:
    assert instant_of(moment.isoformat()) == moment.replace(tzinfo=UTC)
    assert parse_iso(moment.isoformat() + "Z") == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "now", "2026", "2026-13-01", "20261124T100000", "2026-11-24T25:00:00Z"])
def test_what_is_no_iso_date(text: str) -> None:
    assert parse_iso(text) is None
    with pytest.raises(ValueError, match="no ISO 8601 date"):
        instant_of(text)


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("-3", -3), ("", None), ("1.5", None), ("1e3", None), ("x", None)]
)
def test_whole_numbers_of_a_query(text: str, number: int | None) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(
    ("phone", "fits"),
    [
        ("+493023125000", True),
        ("030 23125000", False),
        ("0049302312500", False),
        ("+0493023125", False),
        (5, False),
    ],
)
def test_phones_are_international(phone: object, fits: bool) -> None:  # noqa: FBT001 - a table of cases
    assert is_phone(phone) is fits


@given(
    st.dictionaries(st.text(max_size=60), st.text(max_size=600) | st.integers() | st.booleans(), max_size=60)
)
def test_metadata_limits(metadata: dict[str, object]) -> None:
    within = (
        len(metadata) <= 50
        and all(len(key) <= 40 for key in metadata)
        and all(len(value) <= 500 for value in metadata.values() if isinstance(value, str))
    )
    assert valid_metadata(metadata) == within
