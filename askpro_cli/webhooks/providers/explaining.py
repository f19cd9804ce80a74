"""Why a signature does not match: which wrong way of signing would have made it."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from askpro_cli.webhooks.arrivals import Cause, Headers, Refusal, Secret, Verified, header
from askpro_cli.webhooks.providers.known import provider_of
from askpro_cli.webhooks.providers.variations import (
    SCHEMES,
    Scheme,
    Variation,
    bodies,
    given_digests,
    keys,
    scheme_of,
    stamps,
)

_SIGNATURE_HEADERS = (
    b"x-cal-signature-256",
    b"cal-signature-256",
    b"x-cal-signature",
    b"cal-signature",
    b"x-retell-signature",
    b"stripe-signature",
    b"webhook-signature",
    b"svix-signature",
    b"x-hub-signature-256",
    b"x-signature",
    b"x-webhook-signature",
)
_ID_HEADERS = (b"webhook-id", b"svix-id")
_STAMP_HEADERS = (b"webhook-timestamp", b"svix-timestamp")
_STAMP = re.compile(r"\b[tv]=(\d{1,20})\b")
_OTHER_HASHES = {"sha512": 64, "sha1": 20, "md5": 16}
_SECONDS_DIGITS = 11
"""A time with more digits is told in milliseconds: in seconds it would be after the year 5138."""
_LONGEST_STAMP = 20


class Explanation(NamedTuple):
    """One wrong scheme that fits.

    Args:
        code: short and stable, for scripts: ``reencoded_json``, ``clock``, ``seconds_for_milliseconds``.
        sentence: what the sender did instead, and what to do about it.
    """

    code: str
    sentence: str


class _Given(NamedTuple):
    """What the headers hold, read with good will."""

    header: bytes
    text: str
    digests: list[tuple[bytes, str]]
    message_id: bytes
    stamp: bytes


def explain(
    source: str,
    body: bytes,
    headers: Headers,
    secrets: Sequence[Secret],
    *,
    now_ms: int,
    tolerance_ms: int,
    others: Sequence[Secret] = (),
) -> list[Explanation]:
    """Return the wrong schemes that would have made this signature; empty where none fits.

    The match with the fewest mistakes is told. For people at a terminal: it tries thousands of digests.

    Args:
        source: whose rules it should follow.
        body: the raw bytes.
        headers: as they came.
        secrets: of the source.
        now_ms: the time it is judged at, milliseconds since 1970 UTC.
        tolerance_ms: largest age of a signature that tells its time.
        others: secrets configured for other sources: a key in the wrong place is told.
    """
    decided = provider_of(source).verify(body, headers, secrets, now_ms, tolerance_ms)
    if isinstance(decided, Verified):
        return []
    given = _read(source, headers)
    if given is None:
        return []
    if decided.cause is Cause.TOO_OLD:
        return [_clock(scheme_of(source), given.stamp, now_ms)]
    mistakes = _fewest_mistakes(source, body, given, secrets, others)
    if mistakes is None:
        return _no_key_at_all(body, given)
    return [*mistakes, *_form(source, given, decided, told=bool(mistakes))]


def _read(source: str, headers: Headers) -> _Given | None:
    """Return the signature the headers hold, in the right header or in one that people take for it."""
    right = provider_of(source).signature_headers[-1]
    for name in (right, *_SIGNATURE_HEADERS):
        text = (header(headers, name) or b"").decode("latin-1")
        if digests := list(given_digests(text)):
            found = _STAMP.search(text)
            stamp = found[1].encode() if found else _first(headers, _STAMP_HEADERS)
            return _Given(name, text, digests, _first(headers, _ID_HEADERS), stamp)
    return None


def _first(headers: Headers, names: Sequence[bytes]) -> bytes:
    return next((value for name in names if (value := header(headers, name))), b"")


def _fewest_mistakes(
    source: str, body: bytes, given: _Given, secrets: Sequence[Secret], others: Sequence[Secret]
) -> list[Explanation] | None:
    candidates = [(secret, None) for secret in secrets] + [(secret, _foreign(secret)) for secret in others]
    found = list(_matches(source, list(bodies(body)), given, candidates))
    return min(found, key=len, default=None)


def _foreign(secret: Secret) -> Explanation:
    place = secret.id.partition("#")[0]
    return Explanation("other_key", f"it was made with another key: the one of {place}")


def _matches(
    source: str,
    written: Sequence[Variation],
    given: _Given,
    secrets: Sequence[tuple[Secret, Explanation | None]],
) -> Iterator[list[Explanation]]:
    """Yield the mistakes of every way of signing that makes one of the given digests."""
    digests = {digest for digest, _ in given.digests}
    ways = [(scheme, *way) for scheme in _schemes(source) for way in _ways(scheme, written, given.stamp)]
    for secret, foreign in secrets:
        for scheme, text, stamp in ways:
            message = scheme.join(given.message_id, stamp.value, text.value)
            for key in keys(secret.value, scheme):
                made = _digest_among(digests, key.value, message)
                if made is not None:
                    yield _told(source, scheme, (foreign, made), (key, text, stamp))


def _schemes(source: str) -> list[Scheme]:
    right = scheme_of(source)
    return [right, *(scheme for scheme in SCHEMES.values() if scheme is not right)]


def _ways(
    scheme: Scheme, written: Sequence[Variation], stamp: bytes
) -> Iterator[tuple[Variation, Variation]]:
    if not scheme.is_stamped:
        return product(written, [Variation(b"")])
    return product(written, stamps(stamp)) if stamp else iter(())


def _digest_among(digests: set[bytes], key: bytes, message: bytes) -> Explanation | str | None:
    """Return "" where HMAC-SHA256 makes one of *digests*, an explanation where another hash does."""
    if hmac.digest(key, message, "sha256") in digests:
        return ""
    lengths = {len(digest) for digest in digests}
    for name, length in _OTHER_HASHES.items():
        if length in lengths and hmac.digest(key, message, name) in digests:
            return Explanation("other_hash", f"it was made with HMAC-{name.upper()}, not HMAC-SHA256")
    return None


def _told(
    source: str,
    scheme: Scheme,
    more: tuple[Explanation | None, Explanation | str],
    variations: Sequence[Variation],
) -> list[Explanation]:
    right = scheme_of(source)
    told = [one for one in more if isinstance(one, Explanation)]
    told += [Explanation(one.code, one.sentence) for one in variations if one.code]
    if scheme is not right:
        sentence = f"it was made the way of {_title(scheme)}; {source} sends {right.written}"
        told.append(Explanation(f"{scheme.name}_layout", sentence))
    return told


def _title(scheme: Scheme) -> str:
    titles = {"calcom": "Cal.com (the body alone)", "standard": "Standard Webhooks"}
    return titles.get(scheme.name, scheme.name.capitalize())


def _form(source: str, given: _Given, decided: Refusal, *, told: bool) -> Iterator[Explanation]:
    """Yield what is wrong with the way the header is written."""
    scheme = scheme_of(source)
    right = provider_of(source).signature_headers[-1]
    spelled = {spelling for _, spelling in given.digests}
    wanted = "base64" if scheme.decodes_key else "hex"
    if given.header != right:
        yield Explanation(
            "other_header", f"it came in the header {given.header.decode()}; {source} sends {right.decode()}"
        )
    if "sha256=" in given.text:
        yield Explanation("sha256_prefix", "sha256= stands in front of it; leave that away")
    elif wanted not in spelled:
        names = {"hex": "lower-case hexadecimal digits", "base64": "base64"}
        code = "uppercase_hex" if wanted == "hex" and "HEX" in spelled else f"{_short(spelled)}_for_{wanted}"
        yield Explanation(code, f"it is right but for its spelling: {source} writes {names[wanted]}")
    elif not told and decided.cause is Cause.SIGNATURE_MALFORMED:
        unit = _wrong_unit(scheme, given.stamp)
        yield unit or Explanation("header_form", f"it is right, but the header must be {scheme.written}")


def _short(spelled: set[str]) -> str:
    return "hex" if "HEX" in spelled or "hex" in spelled else "base64"


def _no_key_at_all(body: bytes, given: _Given) -> list[Explanation]:
    digests = {digest for digest, _ in given.digests}
    for name in ("sha256", *_OTHER_HASHES):
        if hashlib.new(name, body, usedforsecurity=False).digest() in digests:
            sentence = f"it is the {name.upper()} of the body, made without any key: anybody can make that"
            return [Explanation("plain_hash", sentence)]
    return []


def _wrong_unit(scheme: Scheme, stamp: bytes) -> Explanation | None:
    if not scheme.is_stamped or not stamp.isdigit():
        return None
    in_milliseconds = len(stamp) > _SECONDS_DIGITS
    if in_milliseconds == scheme.in_milliseconds:
        return None
    wanted, told = ("milliseconds", "seconds") if scheme.in_milliseconds else ("seconds", "milliseconds")
    return Explanation(f"{told}_for_{wanted}", f"its time is told in {told}; it must be {wanted}")


def _clock(scheme: Scheme, stamp: bytes, now_ms: int) -> Explanation:
    if unit := _wrong_unit(scheme, stamp):
        return unit
    sentence = "the signature is right, but its time is not near now: an old request, or a wrong clock"
    if stamp.isdigit() and len(stamp) < _LONGEST_STAMP:
        age = now_ms // 1000 - int(stamp) // (1000 if scheme.in_milliseconds else 1)
        side = "before" if age > 0 else "after"
        sentence = (
            f"the signature is right, but was made {abs(age)} s {side} now: an old request, or a wrong clock"
        )
    return Explanation("clock", sentence)
