"""Addresses, secrets and differences of subscriptions: a slip is told and nothing leaks."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.booking.subscriptions import Wish, check_secret, check_url, names_of, shown_url
from askpro_cli.calcom.operations.webhooks import TRIGGERS, Webhook
from askpro_cli.calcom.wire.reading import read_document

words = st.text(st.characters(min_codepoint=48, max_codepoint=122), min_size=6, max_size=12)
triggers = st.sets(st.sampled_from(TRIGGERS), min_size=1).map(sorted).map(tuple)
# With signs that no name of a class or module has, or a secret is found in the words around it.
secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8).map("~{}~".format)


@given(st.text())
def test_any_text_is_an_address_or_a_slip(text: str) -> None:
    try:
        address = check_url(text, insecure=False)
    except InvalidValueError:
        return
    parts = urlsplit(address)
    assert parts.scheme == "https"
    assert "." in (parts.hostname or "")
    assert parts.password is None


@given(st.text())
def test_any_text_can_be_shown(text: str) -> None:
    shown_url(text)


@given(st.dictionaries(words, words, min_size=1))
def test_no_value_of_a_query_is_shown(query: dict[str, str]) -> None:
    text = "&".join(f"{quote(name)}={quote(value)}" for name, value in query.items())
    shown = shown_url(f"https://hooks.example.org/a?{text}")
    assert dict(parse_qsl(urlsplit(shown).query)) == dict.fromkeys(query, "***")


@given(have=triggers, want=triggers, is_active=st.booleans(), wants_active=st.booleans())
def test_a_difference_is_told_exactly_where_there_is_one(
    *, have: tuple[str, ...], want: tuple[str, ...], is_active: bool, wants_active: bool
) -> None:
    hook = webhook(triggers=list(have), active=is_active)
    found = Wish(url=hook.subscriber_url, triggers=want, active=wants_active).changes(hook)
    assert ("triggers" in found) == (set(have) != set(want))
    assert ("active" in found) == (is_active != wants_active)
    assert not Wish().changes(hook)


@given(secrets, secrets)
def test_a_secret_is_compared_and_never_told(have: str, want: str) -> None:
    found = Wish(secret=want).changes(webhook(secret=have))
    assert ("secret" in found) == (have != want)
    assert found in ({}, {"secret": ("another one", "ours")})
    assert not Wish(secret=want).changes(webhook())
    assert Wish(secret=want).secret_unknown(webhook())
    assert have not in repr(webhook(secret=have))
    assert want not in repr(Wish(secret=want))


def webhook(**more: object) -> Webhook:
    document = {"id": "5b1b", "subscriberUrl": "https://hooks.example.org/a", "triggers": [], **more}
    return read_document(Webhook, document)


@pytest.mark.parametrize("bad", ["", " ", ",second", "tschüss", "two\nlines"])
def test_a_secret_that_cannot_sign_is_a_slip_that_does_not_repeat_it(bad: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_secret(bad)
    assert "tschüss" not in caught.value.message


def test_the_first_of_several_secrets_signs() -> None:
    assert check_secret("new, old") == "new"


def test_triggers_may_be_typed_as_people_do() -> None:
    assert names_of(["booking-created", "BOOKING_CREATED", " booking_paid "]) == (
        "BOOKING_CREATED",
        "BOOKING_PAID",
    )
