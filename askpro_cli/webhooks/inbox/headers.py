"""Headers as they are kept: one a line, in their order, with the values of sensitive ones masked."""

from __future__ import annotations

import re

from askpro_cli.webhooks.arrivals import Headers

MASK = b"***"

_SENSITIVE = re.compile(
    rb"authorization|proxy-authorization|cookie|set-cookie|.*(?:token|secret|password|passwd|api-?key|credential).*"
)
_KNOWN: dict[bytes, bool] = {}
_MOST_NAMES = 1000
"""Names remembered; a sender that invents new ones all the time must not fill the memory."""


def packed(headers: Headers) -> bytes:
    """Return ``Name: value`` lines (CRLF); signatures and webhook ids stay, they are evidence."""
    return b"".join(
        [b"%b: %b\r\n" % (name, MASK if is_sensitive(name) else value) for name, value in headers]
    )


def unpacked(lines: bytes | None) -> list[tuple[bytes, bytes]]:
    """Return the headers of such lines."""
    found = []
    for line in (lines or b"").split(b"\r\n"):
        name, colon, value = line.partition(b": ")
        if colon:
            found.append((name, value))
    return found


def is_sensitive(name: bytes) -> bool:
    """Tell whether a header's value may be a credential that nobody needs later."""
    known = _KNOWN.get(name)
    if known is None:
        known = _SENSITIVE.fullmatch(name.lower()) is not None
        if len(_KNOWN) < _MOST_NAMES:
            _KNOWN[name] = known
    return known
