"""Signatures whose decision is known: our own, and those of ``ASKPRO_TEST_WEBHOOK_VECTORS`` when it is set.

That variable names a folder with ``retell_signature_vectors.json``, ``stripe_signature_vectors.json`` and
``standardwebhooks_vectors.json``, made with the vendors' SDKs; ``.ci/run`` sets it where the folder lies
beside this checkout.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

VARIABLE = "ASKPRO_TEST_WEBHOOK_VECTORS"
OWN = Path(__file__).resolve().parents[1] / "webhooks" / "providers" / "vectors.yaml"
_FILES = {
    "retell": "retell_signature_vectors.json",
    "stripe": "stripe_signature_vectors.json",
    "acme": "standardwebhooks_vectors.json",
}


@dataclass(frozen=True)
class Vector:
    """One request and what the vendor's SDK says of it; ``acme`` sends Standard Webhooks."""

    source: str
    name: str
    secret: str
    body: bytes
    headers: list[tuple[bytes, bytes]]
    now_ms: int
    tolerance_ms: int
    accept: bool

    def __str__(self) -> str:
        return f"{self.source}: {self.name}"


@cache
def vectors() -> list[Vector]:
    """Return all vectors of this run."""
    own = yaml.safe_load(OWN.read_text(encoding="utf-8"))
    return [*(_vector(raw["source"], raw) for raw in own), *_named()]


def _named() -> Iterator[Vector]:
    folder = os.environ.get(VARIABLE)
    if not folder:
        return
    for source, file in _FILES.items():
        path = Path(folder) / file
        assert path.is_file(), f"{VARIABLE} names {folder}, where {file} is missing"
        for raw in json.loads(path.read_text(encoding="utf-8"))["vectors"]:
            yield _vector(source, raw)


def _vector(source: str, raw: dict[str, Any]) -> Vector:
    headers = raw["headers"] if "headers" in raw else {raw["header_name"]: raw["header"]}
    return Vector(
        source,
        raw["name"],
        raw["secret"],
        raw["body"].encode(),
        [(name.encode(), value.encode()) for name, value in headers.items()],
        raw["now_ms"] if "now_ms" in raw else raw["now_s"] * 1000,
        raw.get("tolerance_ms", raw.get("tolerance_s", 300) * 1000),
        raw["accept"],
    )
