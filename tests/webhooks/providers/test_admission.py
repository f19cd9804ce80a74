"""A request is let in with its sender proven and its key known, or refused with the cause; nothing raises."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.signed import BODIES, NOW_MS, SECRETS, TOLERANCE_MS, arrival, as_headers, secrets_of, signed

from askpro_cli.webhooks.arrivals import Admitted, Cause, Headers, Refusal, Secret
from askpro_cli.webhooks.providers.admission import admit

SOURCES = sorted(SECRETS)
_HEADER = {
    "calcom": "X-Cal-Signature-256",
    "retell": "X-Retell-Signature",
    "stripe": "Stripe-Signature",
    "acme": "webhook-signature",
}


def _cause(source: str, body: bytes | None = None, headers: Headers | None = None) -> Cause:
    found = admit(arrival(source, body, headers), secrets_of(source), NOW_MS, TOLERANCE_MS)
    assert isinstance(found, Refusal), found
    assert SECRETS[source] not in found.detail
    return found.cause


@pytest.mark.parametrize("source", SOURCES)
def test_a_signed_event_is_let_in(source: str) -> None:
    found = admit(arrival(source), secrets_of(source), NOW_MS, TOLERANCE_MS)
    assert isinstance(found, Admitted)
    assert found.verified is not None
    assert found.verified.secret_id == f"{source}#1"
    assert found.identity.key.startswith(f"{source}:")


@pytest.mark.parametrize("source", SOURCES)
def test_the_company_of_the_secret_that_matched_comes_along(source: str) -> None:
    secrets = (
        Secret("common", "c29tZXRoaW5nLWVsc2U="),
        Secret("salon's", SECRETS[source], company="salon"),
    )
    found = admit(arrival(source), secrets, NOW_MS, TOLERANCE_MS)
    assert isinstance(found, Admitted)
    assert found.verified == ("salon's", "salon")


@pytest.mark.parametrize("source", SOURCES)
def test_without_a_secret_nobody_is_let_in(source: str) -> None:
    found = admit(arrival(source), (), NOW_MS, TOLERANCE_MS)
    assert isinstance(found, Refusal)
    assert found.cause is Cause.NO_SECRET
    unsigned = admit(arrival(source)._replace(headers=()), (), NOW_MS, TOLERANCE_MS)
    assert isinstance(unsigned, Refusal)
    assert unsigned.cause is Cause.NO_SECRET  # it is ours to put right, whatever they send


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_secret_lets_nobody_in(source: str, blank: str) -> None:
    from askpro_cli.webhooks.providers.matching import hex_digest

    body = BODIES[source]
    forged = {
        "calcom": hex_digest(blank, body).decode(),
        "retell": f"v={NOW_MS},d={hex_digest(blank, body + str(NOW_MS).encode()).decode()}",
        "stripe": f"t={NOW_MS // 1000},v1={hex_digest(blank, f'{NOW_MS // 1000}.'.encode() + body).decode()}",
        "acme": "v1,",
    }
    headers = as_headers(
        {"webhook-id": "1", "webhook-timestamp": str(NOW_MS // 1000), _HEADER[source]: forged[source]}
    )
    found = admit(arrival(source, body, headers), (Secret("blank", blank),), NOW_MS, TOLERANCE_MS)
    assert isinstance(found, Refusal)


@pytest.mark.parametrize("source", SOURCES)
def test_a_changed_body_is_a_wrong_signature(source: str) -> None:
    assert _cause(source, BODIES[source] + b" ", signed(source)) is Cause.SIGNATURE_WRONG


@pytest.mark.parametrize("source", SOURCES)
def test_a_request_without_a_signature_misses_it(source: str) -> None:
    assert _cause(source, headers=[]) is Cause.SIGNATURE_MISSING
    assert _cause(source, headers=as_headers({_HEADER[source]: ""})) is Cause.SIGNATURE_MISSING


@pytest.mark.parametrize("source", SOURCES)
def test_two_signature_headers_are_refused_whichever_is_right(source: str) -> None:
    right = list(signed(source))
    wrong = (_HEADER[source].encode(), b"v1,AAAA")
    assert _cause(source, headers=[*right, wrong]) is Cause.SIGNATURE_MALFORMED
    assert _cause(source, headers=[wrong, *right]) is Cause.SIGNATURE_MALFORMED


@pytest.mark.parametrize("source", SOURCES)
def test_header_names_are_read_in_any_case(source: str) -> None:
    shouting = [(name.upper(), value) for name, value in signed(source)]
    assert isinstance(
        admit(arrival(source, headers=shouting), secrets_of(source), NOW_MS, TOLERANCE_MS), Admitted
    )


@pytest.mark.parametrize("source", ["retell", "stripe", "acme"])
def test_an_old_signature_is_too_old(source: str) -> None:
    assert _cause(source, headers=signed(source, at_ms=NOW_MS - 301_000)) is Cause.TOO_OLD


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "body", [b"", b"not json", b'{"a":1} x', b"\xff\xfe", b"[" * 5000, b'{"event":NaN}'], ids=repr
)
def test_what_is_signed_and_not_json_is_told_so(source: str, body: bytes) -> None:
    assert _cause(source, body) is Cause.NOT_JSON


@pytest.mark.parametrize("source", ["calcom", "retell", "stripe"])
@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"7",
        b"null",
        b"{}",
        b'{"type":7,"event":7,"triggerEvent":[]}',
        b'{"type":"","event":"a\\u0000"}',
    ],
)
def test_what_is_signed_json_and_no_event_is_told_so(source: str, body: bytes) -> None:
    assert _cause(source, body) is Cause.NOT_AN_EVENT


def test_a_thin_event_of_stripe_is_none_as_the_sdk_says() -> None:
    body = b'{"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter"}'
    assert _cause("stripe", body) is Cause.NOT_AN_EVENT


@given(
    source=st.sampled_from(SOURCES),
    body=st.binary(max_size=200),
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                [name.encode() for name in (*_HEADER.values(), "webhook-id", "webhook-timestamp")]
            ),
            st.binary(max_size=120) | st.from_regex(rb"\A[vt]=[0-9]{0,5000},(d|v1)=[0-9a-f]{0,70}\Z"),
        ),
        max_size=5,
    ),
)
def test_nothing_is_raised_and_nobody_let_in_whatever_comes(
    source: str, body: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    found = admit(arrival(source, body, headers), secrets_of(source), NOW_MS, TOLERANCE_MS)
    assert isinstance(found, Refusal)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["uid", "id", "call_id", "x"]), inner, max_size=3)
    ),
    max_leaves=10,
)
_NAMES = [
    "event",
    "triggerEvent",
    "type",
    "id",
    "call",
    "chat",
    "payload",
    "createdAt",
    "data",
    "uid",
    "object",
]


@given(
    source=st.sampled_from(SOURCES), document=st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=6)
)
def test_any_signed_object_gets_a_key_the_inbox_can_keep_or_is_no_event(
    source: str, document: dict[str, object]
) -> None:
    import json

    body = json.dumps(document).encode()
    found = admit(arrival(source, body), secrets_of(source), NOW_MS, TOLERANCE_MS)
    if isinstance(found, Refusal):
        assert found.cause is Cause.NOT_AN_EVENT
        return
    identity = found.identity
    assert 0 < len(identity.event_type) <= 100
    assert identity.event_type.isprintable()
    assert len(identity.key) <= 500
    assert identity.key.isprintable()
    assert len(identity.key_from) <= 60
    assert identity.entity is None or len(identity.entity) <= 200


@pytest.mark.parametrize("source", SOURCES)
def test_letting_in_a_kilobyte_takes_far_less_than_a_millisecond(source: str) -> None:
    """The intake's speed rests on it; measured at about 20 µs, held here to what a busy machine allows."""
    body = BODIES[source][:-1] + b',"filler":"' + b"x" * 900 + b'"}'
    one, secrets = arrival(source, body), secrets_of(source)
    best = min(_seconds(one, secrets) for _ in range(5))
    assert best < 500e-6


def _seconds(one: object, secrets: tuple[Secret, ...]) -> float:
    begin = time.perf_counter()
    for _ in range(100):
        admit(one, secrets, NOW_MS, TOLERANCE_MS)  # type: ignore[arg-type]
    return (time.perf_counter() - begin) / 100
