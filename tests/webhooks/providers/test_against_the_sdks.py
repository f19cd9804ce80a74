"""Every signature is decided as the vendor's own SDK decides it, also the odd ones."""

from __future__ import annotations

import base64
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.signed import NOW_MS, SECRETS, TOLERANCE_MS, as_headers
from support.vendor_sdks import (
    retell_accepts,
    retell_header,
    standard_accepts,
    standard_signature,
    stripe_accepts,
    stripe_header,
)

from askpro_cli.webhooks.arrivals import Headers, Refusal, Secret, Verified
from askpro_cli.webhooks.providers.known import provider_of

_NAMES = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
_BODY = st.text(max_size=60)
_NEAR = st.integers(-TOLERANCE_MS - 2000, TOLERANCE_MS + 2000)
_DIGITS = {
    script: "".join(unicodedata.lookup(f"{script} DIGIT {name}") for name in _NAMES)
    for script in ("ARABIC-INDIC", "FULLWIDTH")
}
_JUNK = st.text(st.characters(codec="utf-8"), max_size=12)


def _spelled(number: int, how: str) -> str:
    """Spell a number as somebody might who wants to be let in."""
    text = str(number)
    if how in _DIGITS:
        return text.translate(dict(zip(map(ord, "0123456789"), _DIGITS[how], strict=True)))
    return {
        "zeros": f"000{text}",
        "blank": f" {text}",
        "underscore": f"{text[:1]}_{text[1:]}",
        "plus": f"+{text}",
        "fraction": f"{text}.5",
        "many": "9" * 4301,
        "minus": f"-{text}",
        "exponent": f"{text}e0",
    }.get(how, text)


_HOW = st.sampled_from(
    [
        *_DIGITS,
        *["plain"] * 6,
        "zeros",
        "blank",
        "underscore",
        "plus",
        "fraction",
        "many",
        "minus",
        "exponent",
    ]
)


def _accepts(
    source: str, body: bytes, headers: Headers, now_ms: int = NOW_MS, tolerance_ms: int = 300_000
) -> bool:
    secrets = (Secret("only", SECRETS[source]),)
    decided = provider_of(source).verify(body, headers, secrets, now_ms, tolerance_ms)
    assert isinstance(decided, Verified | Refusal)
    return isinstance(decided, Verified)


@given(body=_BODY, offset=_NEAR, how=_HOW, tail=st.sampled_from(["", "", "", " ", ",", "\n", "0", "A"]))
def test_retell(body: str, offset: int, how: str, tail: str) -> None:
    stamp = NOW_MS + offset
    digest = retell_header(body, SECRETS["retell"], stamp).partition(",d=")[2]
    header = f"v={_spelled(stamp, how)},d={digest}{tail}"
    wanted = retell_accepts(body, header, SECRETS["retell"], NOW_MS)
    got = _accepts("retell", body.encode(), as_headers({"X-Retell-Signature": header}))
    assert got == wanted, header


@given(header=_JUNK | st.from_regex(r"v=\d{0,4},d=[0-9a-f]{60,66}"), body=_BODY)
def test_retell_of_anything(header: str, body: str) -> None:
    wanted = retell_accepts(body, header, SECRETS["retell"], NOW_MS)
    assert _accepts("retell", body.encode(), as_headers({"X-Retell-Signature": header})) == wanted


@st.composite
def _stripe_headers(draw: st.DrawFn, body: str) -> str:
    """Draw a header of shuffled parts: right and wrong signatures, other schemes, several times."""
    stamp = NOW_MS // 1000 + draw(_NEAR) // 1000
    right = stripe_header(body, SECRETS["stripe"], stamp).partition("v1=")[2]
    spelled = _spelled(stamp, draw(_HOW))
    parts = [f"t={spelled}", f"v1={right}"]
    odd = [
        "v1=0",
        f"v0={right}",
        "t=1",
        "v1=ä",
        "v1",
        "t",
        "x",
        "",
        f" v1={right}",
        f"v1={right}=",
        f"v1={right.upper()}",
        "=",
        f"v1=={right}",
    ]
    parts += draw(st.lists(st.sampled_from(odd), max_size=3))
    kept = draw(st.permutations(parts))
    return ",".join(kept[: draw(st.integers(1, len(kept)))] if draw(st.booleans()) else kept)


@given(data=st.data(), body=_BODY, tolerance_s=st.sampled_from([0, 1, 300]))
def test_stripe(data: st.DataObject, body: str, tolerance_s: int) -> None:
    header = data.draw(_stripe_headers(body))
    wanted = stripe_accepts(body.encode(), header, SECRETS["stripe"], NOW_MS, tolerance_s)
    headers = as_headers({"Stripe-Signature": header})
    assert _accepts("stripe", body.encode(), headers, tolerance_ms=tolerance_s * 1000) == wanted


@given(header=_JUNK, body=st.binary(max_size=40))
def test_stripe_of_anything(header: str, body: bytes) -> None:
    wanted = stripe_accepts(body, header, SECRETS["stripe"], NOW_MS)
    assert _accepts("stripe", body, as_headers({"Stripe-Signature": header})) == wanted


@st.composite
def _standard_headers(draw: st.DrawFn, body: str) -> dict[str, str]:
    stamp = NOW_MS // 1000 + draw(_NEAR) // 1000
    message_id = draw(st.sampled_from(["msg_1", "ä", "a.b", ""]))
    right = standard_signature(body, SECRETS["acme"], message_id, stamp)
    bare = right.partition(",")[2]
    odd = [
        "v1,AAAA",
        f"v1a,{bare}",
        f"v2,{bare}",
        "v1",
        "",
        "v1,a,b",
        "v1,!",
        "v1,ä",
        "v1,A",
        f"v1,{bare}==",
        "v1,",
        f"v1,*{bare}",
    ]
    parts = draw(st.permutations([right, *draw(st.lists(st.sampled_from(odd), max_size=3))]))
    spelled = draw(
        st.sampled_from(["nan", "inf", "1e400", "x", ""]) | _HOW.map(lambda how: _spelled(stamp, how))
    )
    return {"webhook-id": message_id, "webhook-timestamp": spelled, "webhook-signature": " ".join(parts)}


@given(data=st.data(), body=_BODY)
def test_standard_webhooks(data: st.DataObject, body: str) -> None:
    headers = data.draw(_standard_headers(body))
    wanted = standard_accepts(body.encode(), headers, SECRETS["acme"], NOW_MS)
    assert _accepts("acme", body.encode(), as_headers(headers)) == wanted, headers


@given(key=st.binary(min_size=1, max_size=64), is_prefixed=st.booleans(), is_padded=st.booleans())
def test_standard_secrets_with_and_without_prefix_and_padding(
    key: bytes, *, is_prefixed: bool, is_padded: bool
) -> None:
    text = base64.b64encode(key).decode()
    secret = ("whsec_" if is_prefixed else "") + (text if is_padded else text.rstrip("="))
    stamp = NOW_MS // 1000
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(stamp),
        "webhook-signature": standard_signature("{}", secret, "msg_1", stamp),
    }
    decided = provider_of("acme").verify(
        b"{}", as_headers(headers), (Secret("only", secret),), NOW_MS, TOLERANCE_MS
    )
    assert decided == Verified("only")


@given(body=st.binary(max_size=60))
def test_a_body_that_is_no_text_is_refused_as_the_sdks_do(body: bytes) -> None:
    body += b"\xff"
    for source in ("retell", "stripe", "acme"):
        headers = as_headers(provider_of(source).sign(body, SECRETS[source], NOW_MS, "msg_1"))
        assert not _accepts(source, body, headers)


@pytest.mark.parametrize("source", ["retell", "stripe", "acme"])
@pytest.mark.parametrize("offset", [-300_001, -300_000, -299_999, 299_999, 300_000, 300_001])
def test_the_edges_of_the_tolerance(source: str, offset: int) -> None:
    now_ms = 1_795_396_920_000
    body = '{"event":"x"}'
    if source == "retell":
        header = retell_header(body, SECRETS[source], now_ms)
        headers = {"X-Retell-Signature": header}
        wanted = retell_accepts(body, header, SECRETS[source], now_ms + offset)
    elif source == "stripe":
        header = stripe_header(body, SECRETS[source], now_ms // 1000)
        headers = {"Stripe-Signature": header}
        wanted = stripe_accepts(body.encode(), header, SECRETS[source], now_ms + offset)
    else:
        signature = standard_signature(body, SECRETS[source], "msg_1", now_ms // 1000)
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(now_ms // 1000),
            "webhook-signature": signature,
        }
        wanted = standard_accepts(body.encode(), headers, SECRETS[source], now_ms + offset)
    assert _accepts(source, body.encode(), as_headers(headers), now_ms + offset) == wanted
