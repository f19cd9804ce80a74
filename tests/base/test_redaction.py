from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.redaction import (
    HIDDEN,
    fingerprint,
    mask_email,
    mask_name,
    mask_phone,
    mask_secret,
    mask_text,
    redact,
)


def test_masks_keep_only_what_one_already_knows() -> None:
    assert mask_name("Anna Schmidt") == "A*** S***"
    assert mask_email("anna@example.org") == "a***@e***.org"
    assert mask_phone("+493023125001") == "***01"
    assert mask_secret("cal_test_sandbox") == HIDDEN


@pytest.mark.parametrize("text", ["", "   ", "@", "anna@", "@example.org", "anna@localhost"])
def test_a_broken_address_is_hidden_whole(text: str) -> None:
    assert mask_email(text) == HIDDEN


def test_short_numbers_and_empty_names_are_hidden_whole() -> None:
    assert mask_phone("11") == HIDDEN
    assert mask_name("") == HIDDEN


def test_fingerprints_tell_secrets_apart() -> None:
    assert len(fingerprint("cal_a")) == 12
    assert fingerprint("cal_a") != fingerprint("cal_b")


def test_a_booking_document_loses_its_people() -> None:
    booking = {
        "uid": "mg3EVprisqeBSLKZey4rKf",
        "title": "Haarschnitt zwischen Salon und Anna Schmidt",
        "start": "2026-11-23T10:00:00+01:00",
        "attendees": [{"name": "Anna Schmidt", "email": "anna@example.org", "phoneNumber": "+493023125001"}],
        "bookingFieldsResponses": {"notes": "kommt mit Hund", "age": 41, "ok": True, "none": None},
        "guests": ["otto@example.org"],
        "metadata": {"askpro_key": "0a1b2c"},
        "eventTypeId": 1001,
    }
    shown = redact(booking)
    text = json.dumps(shown)
    for personal in ("Anna", "Schmidt", "anna@", "23125001", "Hund", "otto@", "41"):
        assert personal not in text
    assert shown["uid"] == booking["uid"]
    assert shown["start"] == booking["start"]
    assert shown["metadata"] == booking["metadata"]
    assert shown["eventTypeId"] == 1001


@pytest.mark.parametrize(
    "key", ["api_key", "apiKey", "Authorization", "x-cal-secret-key", "X-Cal-Signature-256"]
)
def test_secrets_are_found_under_any_spelling_of_their_key(key: str) -> None:
    assert redact({"headers": {key: "cal_live_0123456789"}}) == {"headers": {key: HIDDEN}}


def test_a_sentence_loses_addresses_numbers_and_keys() -> None:
    said = "Bearer cal_live_abc for anna@example.org at +49 30 23125 001, see 2026-11-23T10:00:00+01:00"
    assert mask_text(said) == "*** for a***@e***.org at ***01, see 2026-11-23T10:00:00+01:00"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://:geheim@localhost:6379/0", "redis://***@localhost:6379/0"),
        ("postgresql://askpro:ge:h@im@db.example.org/x", "postgresql://***@db.example.org/x"),
        ("https://api.example.org/v2/users/@me", "https://api.example.org/v2/users/@me"),
    ],
)
def test_a_url_loses_user_and_password(url: str, shown: str) -> None:
    assert mask_text(f"cannot reach {url} now") == f"cannot reach {shown} now"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_redacting_keeps_the_shape_and_is_stable(value: object) -> None:
    once = redact(value)
    assert type(once) is type(value)
    assert redact(once) == once


@given(st.text(min_size=8, max_size=30), st.sampled_from(["password", "api_key", "title", "notes"]))
def test_nothing_of_a_sensitive_value_survives(secret: str, key: str) -> None:
    assert redact({"deep": [{key: {"a": [secret]}}]}) == {"deep": [{key: {"a": [HIDDEN]}}]}
