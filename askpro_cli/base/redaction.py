"""Masks for personal data and secrets: in logs and tables, and wherever ``--reveal`` was not given.

A mask keeps just enough to recognise what one already knows (an initial, the last two digits).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

HIDDEN = "***"

# Starts at the beginning of a word only and never steps back: a long text is read once, not once a letter.
_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]++@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w:+.])(?:\+|00)\d(?:[ ()/-]{0,2}\d){6,14}(?!\w)")
_KEY = re.compile(r"\bcal_\w+|\bBearer\s+\S+|\b(?:sk|rk|whsec|key)_[A-Za-z0-9_]{8,}|\baskpro_[0-9a-f]{40}\b")
_CREDENTIALS = re.compile(r"(?<=://)[^\s/]+@")
# What none of these can match in, as nearly every text of a log: one look in place of four.
_SUSPECT = re.compile(r"[@_\d]|Bearer")
_MIN_PHONE = 6


def mask_name(name: str) -> str:
    """Return a person's initials: ``Anna Schmidt`` → ``A*** S***``."""
    return " ".join(word[0] + HIDDEN for word in name.split()) or HIDDEN


def mask_email(address: str) -> str:
    """Return an address by its initials: ``anna@example.org`` → ``a***@e***.org``."""
    local, at, domain = address.strip().rpartition("@")
    host, dot, top = domain.rpartition(".")
    if not (at and local and dot and host):
        return HIDDEN
    return f"{local[0]}{HIDDEN}@{host[0]}{HIDDEN}.{top}"


def mask_phone(number: str) -> str:
    """Return a number by its last two digits: ``+493023125001`` → ``***01``."""
    digits = "".join(char for char in number if char.isdigit())
    return HIDDEN + digits[-2:] if len(digits) >= _MIN_PHONE else HIDDEN


def mask_secret(_secret: str) -> str:
    """Return nothing of a secret, not even its length; tell two apart with :func:`fingerprint`."""
    return HIDDEN


def fingerprint(secret: str) -> str:
    """Return 12 hex digits of the SHA-256 of *secret*: enough to tell keys apart, useless to find one."""
    from hashlib import sha256

    return sha256(secret.encode()).hexdigest()[:12]


def mask_text(text: str) -> str:
    """Return a sentence with the addresses, international numbers, keys and URLs' passwords in it masked."""
    if not _SUSPECT.search(text):
        return text
    without_keys = _KEY.sub(HIDDEN, _CREDENTIALS.sub(f"{HIDDEN}@", text))
    without_mail = _EMAIL.sub(lambda match: mask_email(match[0]), without_keys)
    return _PHONE.sub(lambda match: mask_phone(match[0]), without_mail)


def _names(words: str, mask: Callable[[str], str]) -> dict[str, Callable[[str], str]]:
    return dict.fromkeys(words.split(), mask)


# By key, lower-cased and without separators, so ``bookingFieldsResponses`` and ``phone_number`` match.
_MASKS: dict[str, Callable[[str], str]] = {
    **_names("name firstname lastname fullname attendeename customername displayname", mask_name),
    **_names("email mail displayemail attendeeemail customeremail cancelledbyemail", mask_email),
    **_names("rescheduledbyemail rescheduledby guests guest", mask_email),
    **_names("phone phonenumber attendeephone fromnumber tonumber mobile smsremindernumber", mask_phone),
    **_names("apikey authorization token accesstoken refreshtoken password secret", mask_secret),
    **_names("clientsecret webhooksecret cookie setcookie xcalsecretkey xcalsignature256", mask_secret),
    # Free text of a caller or about one: nobody can say what stands in it.
    **_names("title description notes transcript cancellationreason reschedulingreason", mask_secret),
    **_names("bookingfieldsresponses responses address", mask_secret),
}
_SEPARATORS = re.compile(r"[^a-z0-9]")


def redact(value: Any) -> Any:
    """Return a copy of a JSON-like value with personal data and secrets masked.

    What is masked is decided by key names, at any depth; every other string still loses the addresses,
    numbers and keys that can be recognised in it. Keys of mappings, numbers and None stay.
    """
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {key: _redact_field(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    return value


def _redact_field(key: str, value: Any) -> Any:
    mask = _mask_of(key)
    return redact(value) if mask is None else _apply(mask, value)


@lru_cache(maxsize=1024)
def _mask_of(key: str) -> Callable[[str], str] | None:
    return _MASKS.get(_SEPARATORS.sub("", key.lower()))


def _apply(mask: Callable[[str], str], value: Any) -> Any:
    """Mask every string below *value*; whole objects under a sensitive key lose everything."""
    if isinstance(value, str):
        return mask(value) if value else value
    if isinstance(value, Mapping):
        return {key: _apply(mask_secret, item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_apply(mask, item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    return HIDDEN
