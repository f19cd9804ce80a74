from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.phones import caller_number, check_region, is_withheld, normalise_phone, readings


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
        "(+49) 30 23125001",
        "\u202a+49\u00a030\u202f23125\u2011001\u202c",
        "\uff10\uff13\uff10 \uff12\uff13\uff11\uff12\uff15\uff10\uff10\uff11",
        "+٤٩ ٣٠ ٢٣١٢٥٠٠١",
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


@pytest.mark.parametrize(
    "text", ["anonymous", "Unknown", " restricted ", "+266696687", "sip:anonymous@anonymous.invalid"]
)
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


@pytest.mark.parametrize(
    "text",
    ["030 FLOWERS", "call 030 23125001", "030 23125001 / 0171 3920012", "tel:+493023125001;ext=5", "+", "()"],
)
def test_no_number_is_picked_out_of_more_than_one(text: str) -> None:
    with pytest.raises(InvalidValueError):
        normalise_phone(text)


@pytest.mark.parametrize("text", [None, "", "  ", "anonymous", "Private", "Unterdrückt", "266696687"])
def test_a_caller_may_have_no_number(text: str | None) -> None:
    assert caller_number(text) is None
    assert is_withheld(text)


def test_what_is_malformed_is_not_called_withheld() -> None:
    for text in ("12", "+", "anonymous caller", "+49 30"):
        assert not is_withheld(text)
        with pytest.raises(InvalidValueError):
            caller_number(text)


@pytest.mark.parametrize("text", ["491713920012", "4930 23125001", "49 (0)171 3920012"])
def test_a_bare_country_code_is_never_read_as_an_area(text: str) -> None:
    """The library alone reads 491713920012 as +49 491713920012, a valid number of somebody else."""
    assert not normalise_phone(text).startswith("+4949")


@pytest.mark.parametrize("text", ["+49491713920012", "+4949 30 23125001", "004949 171 3920012"])
def test_a_doubled_country_code_is_told_and_not_mended(text: str) -> None:
    with pytest.raises(InvalidValueError, match="country code twice"):
        normalise_phone(text)


def test_a_number_of_emden_may_begin_as_the_country_code_does() -> None:
    assert normalise_phone("04921 00000") == normalise_phone("+49 4921 00000") == "+49492100000"


@pytest.mark.parametrize("text", ["23125001", "30 23125001", "43 1 00000"])
def test_a_number_without_any_prefix_is_not_guessed_at(text: str) -> None:
    with pytest.raises(InvalidValueError, match="neither a country code nor the 0"):
        normalise_phone(text)


def test_where_no_0_is_written_none_is_asked_for() -> None:
    assert normalise_phone("415 555 0171", region="US") == "+14155550171"
    assert normalise_phone("06 000 00000", region="IT") == "+390600000000"


def test_the_rules_tell_what_was_tried() -> None:
    tried = list(readings("030 23125001"))
    assert [one.rule for one in tried][-1] == "national, of DE"
    assert [one.number for one in tried] == [None, None, None, "+493023125001"]
    assert list(readings("no number")) == []


def test_a_region_is_a_country() -> None:
    assert check_region("at") == "AT"
    with pytest.raises(InvalidValueError, match="'XX'"):
        check_region("XX")


NATIONAL = st.one_of(
    st.integers(0, 999).map(lambda last: f"3023125{last:03}"),
    st.integers(0, 99).map(lambda last: f"17139200{last:02}"),
    st.integers(10000, 99999).map(lambda last: f"4921{last}"),
)
PREFIXES = ["+49", "0049", "49", "0", "+49(0)", "0049 (0)", "49(0)", "+490", "tel:+49", "(+49)", "\uff0b49"]
BETWEEN = ["", "", "", " ", "-", "/", ".", " / ", "\u00a0", "\u202f", "\u2013", "\u200b"]
DIGITS = ["0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19", "٠١٢٣٤٥٦٧٨٩"]


@given(NATIONAL, st.sampled_from(PREFIXES), st.data())
def test_every_spelling_is_the_same_number(national: str, prefix: str, data: st.DataObject) -> None:
    digits = data.draw(st.sampled_from(DIGITS))
    gaps = data.draw(st.lists(st.sampled_from(BETWEEN), min_size=len(national), max_size=len(national)))
    around = data.draw(st.sampled_from(["", " ", "\u202a"]))
    written = "".join(gap + digits[int(one)] for gap, one in zip(gaps, national, strict=True))
    assert normalise_phone(f"{around}{prefix}{written}{around}") == f"+49{national}"


@given(st.text("+049 171/()3", min_size=3, max_size=20))
def test_no_reading_adds_digits_behind_the_country_code(text: str) -> None:
    digits = "".join(char for char in text if char.isdigit())
    for reading in readings(text):
        if reading.number and reading.number.startswith("+49"):
            assert digits.endswith(reading.number[3:])
            assert normalise_phone(reading.number) == reading.number
