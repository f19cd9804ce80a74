from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.phones import normalise_phone


@pytest.mark.parametrize(
    "text",
    [
        "+493023125001",
        "+49 30 23125-001",
        "+49 (0)30 23125 001",
        "0049 30 23125001",
        "004903023125001",
        "49 30 23125001",
        "030 23125 001",
        "(030) 23125/001",
        "tel:+49-30-23125-001",
    ],
)
def test_every_spelling_of_one_number_is_one_number(text: str) -> None:
    assert normalise_phone(text) == "+493023125001"


def test_the_region_decides_a_number_without_country_code() -> None:
    assert normalise_phone("020 7946 0123", region="GB") == "+442079460123"
    assert normalise_phone("0171 3920012") == "+491713920012"


@pytest.mark.parametrize(
    "text", ["", "   ", "110", "+49", "+4930", "030 23125001 ext 5", "+999 30 23125001", "1" * 400]
)
def test_what_is_not_a_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        normalise_phone(text, field="--phone")
    assert caught.value.subject == "--phone"
    assert text.strip() == "" or text not in caught.value.message


@pytest.mark.parametrize("text", ["anonymous", "Unknown", " restricted "])
def test_a_withheld_number_is_called_so(text: str) -> None:
    with pytest.raises(InvalidValueError, match="withheld"):
        normalise_phone(text)


@given(st.integers(0, 999))
def test_normalising_twice_changes_nothing(last: int) -> None:
    once = normalise_phone(f"030 23125 {last:03}")
    assert normalise_phone(once) == once


@given(st.text(max_size=30))
def test_any_text_is_e164_or_a_clear_error(text: str) -> None:
    try:
        assert normalise_phone(text).startswith("+")
    except InvalidValueError as error:
        assert error.exit_code == 2  # noqa: PT017 - both outcomes are right
