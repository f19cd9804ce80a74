"""A body is one JSON value, UTF-8, not too deep; everything else is refused with a reason, never raised."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.webhooks.arrivals import Cause, Refusal
from askpro_cli.webhooks.providers.parsing import DEEPEST, parse


@given(body=st.binary(max_size=100) | st.text(max_size=100).map(str.encode))
def test_it_accepts_nothing_that_python_refuses(body: bytes) -> None:
    found = parse(body)
    if not isinstance(found, Refusal):
        assert json.loads(body) == found


@given(
    document=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_it_reads_what_json_writers_write(document: object) -> None:
    assert parse(json.dumps(document).encode()) == document


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"{", b'{"a":1}{"b":2}', b"{}x", b"\xef\xbb\xbf{}", b"nan", b"Infinity", b'{"a":NaN}',
        b"'a'", b'{"a":1,}', b"01", b'"\x00"', b'"\xff"', b'"\\x"', b"9" * 5000, b"1e999",
        '{"a":1}'.encode("utf-16"),
    ],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_it_refuses(body: bytes) -> None:
    found = parse(body)
    assert isinstance(found, Refusal)
    assert found.cause is Cause.NOT_JSON
    assert len(found.detail) < 400


@pytest.mark.parametrize("bracket", [b"[]", b"{}"])
@pytest.mark.parametrize(
    ("depth", "is_read"), [(1, True), (DEEPEST, True), (DEEPEST + 1, False), (100_000, False)]
)
def test_depth_has_an_exact_limit(bracket: bytes, depth: int, *, is_read: bool) -> None:
    begin, end = (b"[", b"]") if bracket == b"[]" else (b'{"a":', b"}")
    body = begin * (depth - 1) + bracket + end * (depth - 1)
    assert isinstance(parse(body), Refusal) is not is_read


def test_many_brackets_that_are_not_deep_are_read() -> None:
    body = json.dumps([[{"a": []}] for _ in range(1000)]).encode()
    assert parse(body) == json.loads(body)


def test_of_a_key_that_stands_twice_the_last_counts_as_in_the_senders_own_readers() -> None:
    assert (
        parse(b'{"id":"first","id":"second"}')
        == {"id": "second"}
        == json.loads('{"id":"first","id":"second"}')
    )


def test_half_an_emoji_does_not_throw_an_event_away() -> None:
    assert parse(b'{"title":"cut \\ud83d","x":"\\ud83d\\ude00"}') == {
        "title": "cut ?",
        "x": "\N{GRINNING FACE}",
    }
    assert isinstance(parse(b'{"title":"\\ud83d","n":NaN}'), Refusal)
    assert isinstance(parse(b'{"title":"\\ud83d"' + b',"n":[' * 3000), Refusal)


def test_a_number_of_thousands_of_digits_is_refused_or_read_and_never_raises() -> None:
    assert parse(b"9" * 400) == int("9" * 400)
    assert isinstance(parse(b'{"n":' + b"9" * 100_000 + b"}"), Refusal)
