"""Right headers and bodies, spoiled at random: decided as the SDKs do, and nothing is ever raised.

The seed is fixed, so a failure comes again; ``ASKPRO_TEST_FUZZ`` asks for more rounds than the usual ones.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from random import Random

import pytest
from support.signed import SECRETS, as_headers
from support.vendor_sdks import (
    retell_accepts,
    retell_header,
    standard_accepts,
    standard_signature,
    stripe_accepts,
    stripe_header,
)

from askpro_cli.webhooks.arrivals import Refusal, Secret, Verified
from askpro_cli.webhooks.providers.known import provider_of
from askpro_cli.webhooks.providers.parsing import parse

_ROUNDS = int(os.environ.get("ASKPRO_TEST_FUZZ", "1500"))
_NOW_MS = 1_795_396_920_000
_OFFSETS = (0, 0, 0, 1, -1, 299_999, 300_000, 300_001, -300_000, -300_001)
_BODIES = ("{}", '{"a":"ü"}', "", "x")
_PIECES = (
    *"0123456789abcdefABCDEF=,. \t_+-vtdx\x0b\n",
    *(
        "\u00a0",
        "\u0663",
        "\uff13",
        "\u2003",
        "é",
        "v1=",
        "t=",
        ",v1=",
        " v1,",
        "v1a,",
        "e5",
        "nan",
        "0x",
        "==",
    ),
)
_JSON = b'{"event":"call_ended","call":{"id":"c1","n":[1,-2.5e3,true,null],"t":"Gr\xc3\xbcn \\ud83d\\ude00"}}'
_Make = Callable[[str, int, Random], tuple[dict[str, str], bool]]


def _spoiled(text: str, random: Random) -> str:
    """Insert, remove, replace or repeat some of a text, up to three times."""
    for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
        at, end = sorted((random.randrange(len(text) + 1), random.randrange(len(text) + 1)))
        how = random.choice(("insert", "insert", "remove", "replace", "repeat"))
        if how == "repeat":
            text = text[:end] + text[at:end] + text[end:]
        else:
            piece = "" if how == "remove" else random.choice(_PIECES)
            text = text[:at] + piece + text[at + (how != "insert") :]
    return text


def _retell(body: str, stamp_ms: int, random: Random) -> tuple[dict[str, str], bool]:
    header = _spoiled(retell_header(body, SECRETS["retell"], stamp_ms), random)
    return {"X-Retell-Signature": header}, retell_accepts(body, header, SECRETS["retell"], _NOW_MS)


def _stripe(body: str, stamp_ms: int, random: Random) -> tuple[dict[str, str], bool]:
    header = _spoiled(stripe_header(body, SECRETS["stripe"], stamp_ms // 1000), random)
    return {"Stripe-Signature": header}, stripe_accepts(body.encode(), header, SECRETS["stripe"], _NOW_MS)


def _standard(body: str, stamp_ms: int, random: Random) -> tuple[dict[str, str], bool]:
    message_id, stamp = random.choice(("msg_1", "a b", "ü")), stamp_ms // 1000
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": standard_signature(body, SECRETS["acme"], message_id, stamp),
    }
    name = random.choice(list(headers))
    headers[name] = _spoiled(headers[name], random)
    return headers, standard_accepts(body.encode(), headers, SECRETS["acme"], _NOW_MS)


@pytest.mark.parametrize(("source", "make"), [("retell", _retell), ("stripe", _stripe), ("acme", _standard)])
def test_spoiled_headers(source: str, make: _Make) -> None:
    random, seen = Random(source), set[bool]()  # noqa: S311 (a seed, so that a failure comes again)
    for _ in range(_ROUNDS):
        body = random.choice(_BODIES)
        headers, wanted = make(body, _NOW_MS + random.choice(_OFFSETS), random)
        secrets = (Secret("only", SECRETS[source]),)
        decided = provider_of(source).verify(body.encode(), as_headers(headers), secrets, _NOW_MS, 300_000)
        assert isinstance(decided, Verified) == wanted, headers
        seen.add(wanted)
    assert seen == {True, False}


def test_spoiled_json() -> None:
    random = Random("json")  # noqa: S311 (the same)
    for _ in range(_ROUNDS):
        body = bytearray(_JSON)
        for _ in range(random.randrange(4)):
            at = random.randrange(len(body))
            body[at : at + random.randrange(3)] = random.choice(
                (b"", b"[", b"{", b'"', b"\\", b"\xff", b"\x00", b"9")
            )
        found = parse(bytes(body))
        if not isinstance(found, Refusal):
            assert json.dumps(found, ensure_ascii=False).encode()
            assert set(found) == set(json.loads(bytes(body)))
