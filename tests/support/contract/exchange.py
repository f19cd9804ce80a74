"""One request and its answer, as the rules look at them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import httpx

FALLBACK_VERSION = "2024-04-15"
KNOWN_VERSIONS = ("2024-04-15", "2024-06-11", "2024-06-14", "2024-08-13", "2024-09-04", "2026-02-25")
_REWRITTEN = re.compile(r"^/(?:api/)?v2/(?:ee/)?")


@dataclass(frozen=True)
class Exchange:
    """A message and its answer.

    *asked* and *answered* are decoded JSON, None where there was no body; *version* is the one that answers:
    a server takes a missing or unknown one for its oldest.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    version: str
    asked: Any
    status: int
    answered: Any

    @property
    def label(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def succeeded(self) -> bool:
        return self.status < httpx.codes.BAD_REQUEST


def exchange_of(request: httpx.Request, status: int, answered: bytes) -> Exchange:
    """Return what a request that was read and the body of its answer hold."""
    path, _, query = request.url.raw_path.decode().partition("?")
    version = request.headers.get("cal-api-version", FALLBACK_VERSION)
    return Exchange(
        method=request.method,
        path=_REWRITTEN.sub("/v2/", path).rstrip("/"),
        query=tuple(parse_qsl(query, keep_blank_values=True)),
        version=version if version in KNOWN_VERSIONS else FALLBACK_VERSION,
        asked=_json(request.content),
        status=status,
        answered=_json(answered),
    )


def _json(body: bytes) -> Any:
    """Return the document; what is none stays a text, which no rule allows."""
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")
