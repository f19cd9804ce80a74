"""Reading a body as JSON: UTF-8, one value, not too deep, no trailing bytes.

Of a key that stands twice in an object the last counts: so do the SDKs' own JSON and JavaScript, where all
senders come from, and a signed event is not thrown away over it. Half a surrogate pair (an emoji cut in two
by a sender that counts UTF-16) is read as a question mark; the raw body is kept as it came.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

import msgspec

from askpro_cli.webhooks.arrivals import Cause, Refusal

DEEPEST = 100
"""Levels of objects and lists; vendors' events have less than 15."""
_CONTAINERS = frozenset({dict, list})
_decode = msgspec.json.Decoder().decode


def parse(body: bytes) -> Any | Refusal:
    """Return the document, or why it is none. Never raises.

    Args:
        body: the raw bytes.
    """
    try:
        document = _decode(body)
    except UnicodeDecodeError:
        return Refusal(Cause.NOT_JSON, "the body is not UTF-8")
    except RecursionError:
        return _too_deep()
    except msgspec.MsgspecError as error:
        document = _mended(body, error)
    # A document cannot be deeper than it has brackets: most need no second look.
    if body.count(b"{") + body.count(b"[") > DEEPEST and _is_too_deep(document):
        return _too_deep()
    return document


def _mended(body: bytes, error: Exception) -> Any | Refusal:
    """Read what only half a surrogate pair keeps from being read."""
    refusal = Refusal(Cause.NOT_JSON, f"the body is not JSON: {error}"[:300])
    if b"\\u" not in body:
        return refusal
    try:
        document = json.loads(body.decode(), parse_constant=_refuse_constant)
        return _decode(json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace"))
    except (ValueError, msgspec.MsgspecError):
        return refusal
    except RecursionError:
        return _too_deep()


def _refuse_constant(word: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(word)


def _is_too_deep(document: Any) -> bool:
    level = [document]
    for _ in range(DEEPEST):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if type(child) in _CONTAINERS  # a third of the time of isinstance, and exact: no subclasses here
        ]
        if not level:
            return False
    return True


def _too_deep() -> Refusal:
    return Refusal(Cause.NOT_JSON, f"the body is nested more than {DEEPEST} levels deep")
