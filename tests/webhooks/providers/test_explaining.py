"""For a signature that does not match, the wrong scheme that would have made it is told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from support.signed import BODIES, NOW_MS, SECRETS, TOLERANCE_MS, as_headers, secrets_of, signed

from askpro_cli.webhooks.arrivals import Headers, Secret
from askpro_cli.webhooks.providers.explaining import explain
from askpro_cli.webhooks.providers.signing import sign

_BODY = b'{"event":"call_ended","call":{"call_id":"c1","url":"https://example.org/a","text":"Gr\\u00fc\xc3\x9fe"}}'
_SECONDS = NOW_MS // 1000


def _hmac(message: bytes, secret: str = SECRETS["retell"], name: str = "sha256") -> str:
    return hmac.new(secret.encode(), message, name).hexdigest()


def _codes(source: str, body: bytes, headers: Headers, others: tuple[Secret, ...] = ()) -> list[str]:
    found = explain(
        source, body, headers, secrets_of(source), now_ms=NOW_MS, tolerance_ms=TOLERANCE_MS, others=others
    )
    for one in found:
        assert not any(secret in one.sentence for secret in SECRETS.values())
    return [one.code for one in found]


def _retell(digest: str, stamp: object = NOW_MS) -> Headers:
    return as_headers({"X-Retell-Signature": f"v={stamp},d={digest}"})


def test_a_right_signature_needs_no_explanation() -> None:
    for source in SECRETS:
        assert _codes(source, BODIES[source], signed(source)) == []


_WRITERS: list[Callable[[Any], str]] = [
    json.dumps,
    lambda document: json.dumps(document, separators=(",", ":")),
    lambda document: json.dumps(document, separators=(",", ":"), ensure_ascii=False),
    lambda document: json.dumps(document, separators=(",", ":"), sort_keys=True),
    lambda document: json.dumps(document, indent=2),
    lambda document: json.dumps(document, separators=(",", ":")).replace("/", "\\/"),
]


@pytest.mark.parametrize("write", _WRITERS)
def test_json_that_was_decoded_and_written_again(write: Callable[[Any], str]) -> None:
    rewritten = write(json.loads(_BODY)).encode()
    assert rewritten != _BODY
    digest = _hmac(rewritten + str(NOW_MS).encode())
    assert _codes("retell", _BODY, _retell(digest)) == ["reencoded_json"]


def test_a_key_of_another_source() -> None:
    digest = _hmac(_BODY + str(NOW_MS).encode(), "key_without_badge")
    others = (Secret("retell.api_key#1:abc", "key_without_badge"),)
    assert _codes("retell", _BODY, _retell(digest)) == []
    assert _codes("retell", _BODY, _retell(digest), others) == ["other_key"]


def test_the_layout_of_stripe_for_retell() -> None:
    headers = as_headers(
        {"X-Retell-Signature": f"t={_SECONDS},v1={_hmac(str(_SECONDS).encode() + b'.' + _BODY)}"}
    )
    assert _codes("retell", _BODY, headers) == ["stripe_layout"]


def test_the_body_alone_for_retell() -> None:
    assert _codes("retell", _BODY, as_headers({"X-Retell-Signature": _hmac(_BODY)})) == ["calcom_layout"]


def test_seconds_for_milliseconds() -> None:
    digest = _hmac(_BODY + str(_SECONDS).encode())
    assert _codes("retell", _BODY, _retell(digest, _SECONDS)) == ["seconds_for_milliseconds"]


def test_seconds_signed_and_milliseconds_told() -> None:
    assert _codes("retell", _BODY, _retell(_hmac(_BODY + str(_SECONDS).encode()))) == ["stamp_unit"]


def test_milliseconds_for_seconds() -> None:
    headers = dict(sign("acme", _BODY, SECRETS["acme"], NOW_MS * 1000, "msg_1"))
    assert _codes("acme", _BODY, as_headers(headers)) == ["milliseconds_for_seconds"]


@pytest.mark.parametrize("source", ["retell", "stripe", "acme"])
def test_an_old_request_or_a_wrong_clock(source: str) -> None:
    assert _codes(source, BODIES[source], signed(source, at_ms=NOW_MS - 3_600_000)) == ["clock"]


def test_the_clock_is_told_with_its_distance() -> None:
    headers = signed("retell", at_ms=NOW_MS - 3_600_000)
    found = explain(
        "retell", BODIES["retell"], headers, secrets_of("retell"), now_ms=NOW_MS, tolerance_ms=TOLERANCE_MS
    )
    assert "3600 s before now" in found[0].sentence


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("sha256=" + _hmac(_BODY, SECRETS["calcom"]), "sha256_prefix"),
        (_hmac(_BODY, SECRETS["calcom"]).upper(), "uppercase_hex"),
        (base64.b64encode(bytes.fromhex(_hmac(_BODY, SECRETS["calcom"]))).decode(), "base64_for_hex"),
        (f'"{_hmac(_BODY, SECRETS["calcom"])}"', "header_form"),
        (_hmac(_BODY, SECRETS["calcom"], "sha512"), "other_hash"),
        (_hmac(_BODY, SECRETS["calcom"], "sha1"), "other_hash"),
        (hashlib.sha256(_BODY).hexdigest(), "plain_hash"),
        (_hmac(_BODY, SECRETS["calcom"] + "\n"), "key_newline"),
        (_hmac(_BODY + b"\n", SECRETS["calcom"]), "body_whitespace"),
    ],
)
def test_mistakes_of_cal_com_s_signature(value: str, code: str) -> None:
    assert _codes("calcom", _BODY, as_headers({"X-Cal-Signature-256": value})) == [code]


def test_another_header_of_cal_com() -> None:
    headers = as_headers({"X-Cal-Signature": _hmac(_BODY, SECRETS["calcom"])})
    assert _codes("calcom", _BODY, headers) == ["other_header"]


def test_a_secret_of_stripe_without_its_prefix() -> None:
    digest = _hmac(f"{_SECONDS}.".encode() + _BODY, SECRETS["stripe"].removeprefix("whsec_"))
    assert _codes("stripe", _BODY, as_headers({"Stripe-Signature": f"t={_SECONDS},v1={digest}"})) == [
        "key_prefix"
    ]


def test_a_secret_of_standard_webhooks_that_was_not_decoded() -> None:
    message = f"msg_1.{_SECONDS}.".encode() + _BODY
    digest = hmac.new(SECRETS["acme"].encode(), message, "sha256").digest()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(_SECONDS),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    assert _codes("acme", _BODY, as_headers(headers)) == ["key_not_decoded"]


def test_hexadecimal_for_base64() -> None:
    right = dict(sign("acme", _BODY, SECRETS["acme"], NOW_MS, "msg_1"))
    digest = base64.b64decode(right["webhook-signature"].partition(",")[2])
    headers = as_headers({**right, "webhook-signature": f"v1,{digest.hex()}"})
    assert _codes("acme", _BODY, headers) == ["hex_for_base64"]


def test_the_old_names_of_the_headers_of_standard_webhooks() -> None:
    right = sign("acme", _BODY, SECRETS["acme"], NOW_MS, "msg_1")
    headers = as_headers([(name.replace("webhook", "svix"), value) for name, value in right])
    assert _codes("acme", _BODY, headers) == ["other_header"]


def test_two_mistakes_at_once() -> None:
    rewritten = json.dumps(json.loads(_BODY)).encode()
    digest = _hmac(str(NOW_MS).encode() + b"." + rewritten)
    assert sorted(_codes("retell", _BODY, _retell(digest))) == ["reencoded_json", "stripe_layout"]


@pytest.mark.parametrize("value", ["", "x", "v=1,d=" + "0" * 64, "no-secret-provided", "ä" * 50, "=" * 500])
def test_what_fits_nothing_is_not_explained(value: str) -> None:
    for source in SECRETS:
        name = {"calcom": "X-Cal-Signature-256", "retell": "X-Retell-Signature", "stripe": "Stripe-Signature"}
        headers = as_headers({name.get(source, "webhook-signature"): value})
        assert _codes(source, b"\xff not json", headers) == []
