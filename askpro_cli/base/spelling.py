"""One spelling of what looks the same: letters with marks are one character each."""

from __future__ import annotations


def composed(text: str) -> str:
    """Return *text* with accents and umlauts as one character each (Unicode NFC).

    Some keyboards and file systems write ``ä`` as ``a`` and a mark; a person sees no difference.
    """
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFC", text)
