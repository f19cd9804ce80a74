"""Keeps keys and secrets out of what is written to a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_KEY = re.compile(r"\bcal_[A-Za-z0-9_-]+")
_PARAMETER = re.compile(r"(?i)\b(api_?key|token|secret)=[^&]*")
_SECRET_NAMES = frozenset(
    {"secret", "apikey", "token", "accesstoken", "refreshtoken", "password", "clientsecret", "authorization"}
)
_MASK = "***"


def masked_text(text: str) -> str:
    """Return *text* with API keys, and secrets in query parameters, made unreadable."""
    return _PARAMETER.sub(rf"\1={_MASK}", _KEY.sub(f"cal_{_MASK}", text))


def masked(document: Any) -> Any:
    """Return a JSON document with API keys, and the values of fields that name a secret, made unreadable."""
    if isinstance(document, str):
        return _KEY.sub(f"cal_{_MASK}", document)
    if isinstance(document, Mapping):
        return {name: _field(name, value) for name, value in document.items()}
    if isinstance(document, list):
        return [masked(item) for item in document]
    return document


def _field(name: str, value: Any) -> Any:
    is_secret = name.replace("_", "").replace("-", "").lower() in _SECRET_NAMES
    return _MASK if is_secret and isinstance(value, str) else masked(value)
