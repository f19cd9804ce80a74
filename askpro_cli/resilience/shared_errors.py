"""An error of ours on its way to another process, which raises it as if it were its own."""

from __future__ import annotations

from typing import Any

import msgspec

from askpro_cli.base import errors
from askpro_cli.base.errors import AskproError


class _Packed(msgspec.Struct):
    """A class of :mod:`askpro_cli.base.errors` by name, its message and its attributes."""

    kind: str
    message: str
    attributes: dict[str, Any]


def pack(error: AskproError) -> bytes:
    """Return *error* as bytes; attributes that JSON cannot hold become text."""
    return msgspec.json.encode(_Packed(type(error).__name__, error.message, vars(error)), enc_hook=str)


def unpack(raw: bytes) -> AskproError | None:
    """Return the error again, None when the bytes are none of ours (another release, damage)."""
    try:
        packed = msgspec.json.decode(raw, type=_Packed)
    except msgspec.DecodeError:
        return None
    kind = getattr(errors, packed.kind, None)
    if not (isinstance(kind, type) and issubclass(kind, AskproError)):
        return None
    error = kind.__new__(kind, packed.message)  # its attributes come as they were, not by way of __init__
    vars(error).update(packed.attributes)
    return error
