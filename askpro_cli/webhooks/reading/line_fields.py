"""Single fields of an exported event, as no database refuses them: a file may hold anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.webhooks.inbox.headers import packed

MOST_COUNTED = 2**31 - 1
"""The largest number of a column that counts."""

LATEST_MS = 253_402_300_799_999
"""The end of the year 9999, in milliseconds since 1970 UTC."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAKS = re.compile("[\r\n\0]")


def text_of(document: Mapping[str, Any], name: str, most: int, *, ascii_only: bool = False) -> str:
    """Return a text that is there.

    Raises:
        InvalidValueError: it is missing, empty, too long, or holds what no database keeps.
    """
    value = maybe_text_of(document, name, most, ascii_only=ascii_only)
    if not value:
        raise InvalidValueError(f"{name}: not a text of at most {most} characters")
    return value


def maybe_text_of(
    document: Mapping[str, Any], name: str, most: int, *, ascii_only: bool = False
) -> str | None:
    """Return a text that may be missing, or empty.

    Raises:
        InvalidValueError: as of :func:`text_of`.
    """
    value = document.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > most:
        raise InvalidValueError(f"{name}: not a text of at most {most} characters")
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise InvalidValueError(f"{name}: holds a NUL or half a character")
    if ascii_only and not (value.isascii() and value.isprintable()):
        raise InvalidValueError(f"{name}: holds more than plain ASCII")
    return value


def digest_of(document: Mapping[str, Any], name: str) -> str:
    """Return a SHA-256 in hex.

    Raises:
        InvalidValueError: it is none.
    """
    value = document.get(name)
    if not isinstance(value, str) or _SHA256.fullmatch(value) is None:
        raise InvalidValueError(f"{name}: no SHA-256 in hex")
    return value


def number_of(document: Mapping[str, Any], name: str, most: int) -> int:
    """Return a whole number from 0 to *most*.

    Raises:
        InvalidValueError: it is none.
    """
    value = document.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise InvalidValueError(f"{name}: not a whole number from 0 to {most}")
    return value


def headers_of(document: Mapping[str, Any]) -> bytes:
    """Return headers as they are kept.

    Raises:
        InvalidValueError: they are no pairs of texts, or could not have come over HTTP.
    """
    given = document.get("headers")
    if not isinstance(given, list) and given is not None:
        raise InvalidValueError("headers: not a list")
    return packed([_header(pair) for pair in given or ()])


def _header(pair: Any) -> tuple[bytes, bytes]:
    if not isinstance(pair, list) or [type(part) for part in pair] != [str, str]:
        raise InvalidValueError("headers: not pairs of a name and a value")
    name, value = pair
    if _HEADER_NAME.fullmatch(name) is None or _BREAKS.search(value):
        raise InvalidValueError("headers: a name that is none, or a line break")
    try:
        return name.encode("ascii"), value.encode("latin-1")
    except UnicodeEncodeError as error:
        raise InvalidValueError("headers: a character that no header has") from error
