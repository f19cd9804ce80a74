"""The ways signing goes wrong in practice: another key, another body, another time, another layout.

Each way comes with the code and the sentence :mod:`~.explaining` tells it by; the right way has no code.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from askpro_cli.webhooks.arrivals import Refusal
from askpro_cli.webhooks.providers.parsing import parse
from askpro_cli.webhooks.providers.standard import signing_key

_WORD = re.compile(r"[A-Za-z0-9+/_-]{22,128}={0,2}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){16,64}")


class Variation(NamedTuple):
    """One way to write a part of what is signed.

    Args:
        value: the part, written so.
        code: of the mistake; empty: none.
        sentence: what was done instead.
    """

    value: bytes
    code: str = ""
    sentence: str = ""


class Scheme(NamedTuple):
    """How one vendor signs.

    Args:
        name: of the vendor.
        join: makes the message of id, time and body.
        written: the header, as a person writes it.
        is_stamped: whether a time is signed, too.
        in_milliseconds: the unit of that time; else seconds.
        decodes_key: whether the key is what the secret spells in base64.
    """

    name: str
    join: Callable[[bytes, bytes, bytes], bytes]
    written: str
    is_stamped: bool = True
    in_milliseconds: bool = False
    decodes_key: bool = False


SCHEMES: dict[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme(
            "calcom", lambda _id, _stamp, body: body, "X-Cal-Signature-256: <64 hex digits>", is_stamped=False
        ),
        Scheme(
            "retell",
            lambda _id, stamp, body: body + stamp,
            "X-Retell-Signature: v=<milliseconds>,d=<64 hex digits>",
            in_milliseconds=True,
        ),
        Scheme(
            "stripe",
            lambda _id, stamp, body: stamp + b"." + body,
            "Stripe-Signature: t=<seconds>,v1=<64 hex digits>",
        ),
        Scheme(
            "standard",
            lambda message_id, stamp, body: b".".join((message_id, stamp, body)),
            "webhook-signature: v1,<base64>, beside webhook-id and webhook-timestamp",
            decodes_key=True,
        ),
    )
}


def scheme_of(source: str) -> Scheme:
    """Return how a source signs; any name that is no vendor's signs by Standard Webhooks."""
    return SCHEMES.get(source, SCHEMES["standard"])


def keys(secret: str, scheme: Scheme) -> Iterator[Variation]:
    """Yield the keys people make of a secret, the right one first."""
    text, decoded = secret.encode(), signing_key(secret)
    if not scheme.decodes_key:
        yield Variation(text)
    if decoded:
        mistake = "" if scheme.decodes_key else "key_decoded"
        yield Variation(
            decoded, mistake, mistake and "the secret was decoded from base64; it counts as written"
        )
    if scheme.decodes_key:
        yield Variation(
            text, "key_not_decoded", "the secret was used as written; it is base64 and is decoded"
        )
    if secret.startswith("whsec_"):
        bare = secret.removeprefix("whsec_").encode()
        yield Variation(bare, "key_prefix", "the secret was used without its whsec_")
    yield Variation(text + b"\n", "key_newline", "the secret was used with the line's end of its file")


def bodies(body: bytes) -> Iterator[Variation]:
    """Yield the bodies people sign in place of the raw one, which comes first."""
    yield Variation(body)
    stripped = body.strip()
    for other in (stripped, stripped + b"\n"):
        if other != body:
            sentence = "blanks or line ends around the body are not those that were signed"
            yield Variation(other, "body_whitespace", sentence)
    if b"\r\n" in body:
        yield Variation(body.replace(b"\r\n", b"\n"), "body_line_ends", "line ends were changed on the way")
    yield from _reencoded(body)


def _reencoded(body: bytes) -> Iterator[Variation]:
    document = parse(body)
    if isinstance(document, Refusal):
        return
    seen = {body}
    for text, how in _spellings(document):
        if text not in seen:
            seen.add(text)
            yield Variation(
                text,
                "reencoded_json",
                f"the JSON was decoded and written again ({how}); sign the bytes as sent",
            )


def _spellings(document: Any) -> Iterator[tuple[bytes, str]]:
    """Yield a document as usual JSON writers spell it."""
    for is_sorted in (False, True):
        order = ", keys sorted" if is_sorted else ""
        for separators, look in (((",", ":"), "compact"), ((", ", ": "), "with blanks"), (None, "indented")):
            for is_ascii in (False, True):
                text = json.dumps(
                    document,
                    separators=separators,
                    ensure_ascii=is_ascii,
                    sort_keys=is_sorted,
                    indent=2 if separators is None else None,
                )
                how = f"{look}{', ASCII only' if is_ascii else ''}{order}"
                yield text.encode("utf-8", "replace"), how
                yield text.replace("/", "\\/").encode("utf-8", "replace"), f"{how}, slashes escaped"


def stamps(stamp: bytes) -> Iterator[Variation]:
    """Yield the times people sign in place of the one in the header, which comes first."""
    yield Variation(stamp)
    if not stamp.isdigit():
        return
    sentence = "another time was signed than the header tells: {}"
    thousandfold = sentence.format("milliseconds beside seconds")
    yield Variation(stamp + b"000", "stamp_unit", thousandfold)
    if len(stamp) > len("000"):
        yield Variation(stamp[:-3], "stamp_unit", sentence.format("seconds beside milliseconds"))


def given_digests(text: str) -> Iterator[tuple[bytes, str]]:
    """Yield the digests a header may hold, each with how it is spelled: ``hex``, ``HEX`` or ``base64``."""
    for word in _WORD.findall(text):
        if _HEX.fullmatch(word):
            yield bytes.fromhex(word), "hex" if word == word.lower() else "HEX"
        else:
            yield from _from_base64(word)


def _from_base64(word: str) -> Iterator[tuple[bytes, str]]:
    try:
        yield base64.urlsafe_b64decode(word.replace("+", "-").replace("/", "_") + "=="), "base64"
    except ValueError:
        return
