"""What a request says about its body before it is read: type, encoding, size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from askpro_cli.webhooks.arrivals import Cause, Refusal

_USUAL = frozenset(
    {b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"}
)
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})


class Media(NamedTuple):
    """What the headers say of the body.

    Args:
        type: of the content, None without one.
        encoding: of content or transfer, where there is one beside chunks.
        size: announced, in bytes; 0 without.
    """

    type: bytes | None
    encoding: bytes | None
    size: int


def read_media(headers: Iterable[tuple[bytes, bytes]]) -> Media:
    """Return what lower-case *headers* say; the parser has made sure that a length is a number."""
    content_type, encoding, size = None, None, 0
    for name, value in headers:
        if name == b"content-type":
            content_type = value
        elif name == b"content-length":
            size = int(value)
        elif name == b"content-encoding" or (name == b"transfer-encoding" and value.lower() != b"chunked"):
            encoding = value
    return Media(content_type, encoding, size)


def refused_media(media: Media) -> Refusal | None:
    """Return why such a body is not read, None when it is.

    A body without a type is read: its signature and its JSON decide.
    """
    if media.encoding and media.encoding.strip().lower() != b"identity":
        return Refusal(
            Cause.WRONG_TYPE, "the body is encoded (gzip or the like); senders of ours send it plain"
        )
    if media.type is None or media.type in _USUAL or _is_json(media.type.decode("latin-1")):
        return None
    return Refusal(Cause.WRONG_TYPE, "the content type is not JSON in UTF-8")


def _is_json(told: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in told.split(";"))
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        return False
    charsets = (part.partition("=")[2].strip('" ') for part in parameters if part.startswith("charset"))
    return all(charset in _CHARSETS for charset in charsets)
