"""Why a signature does not match: which wrong way of signing would have made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from askpro_cli.webhooks.arrivals import Headers, Secret


class Explanation(NamedTuple):
    """One wrong scheme that fits.

    Args:
        code: short and stable, for scripts: ``reencoded_json``, ``clock``, ``seconds_for_milliseconds``.
        sentence: what the sender did instead, and what to do about it.
    """

    code: str
    sentence: str


def explain(
    source: str,
    body: bytes,
    headers: Headers,
    secrets: Sequence[Secret],
    *,
    now_ms: int,
    tolerance_ms: int,
    others: Sequence[Secret] = (),
) -> list[Explanation]:
    """Return the wrong schemes that would have made this signature; empty where none fits.

    Args:
        source: whose rules it should follow.
        body: the raw bytes.
        headers: as they came.
        secrets: of the source.
        now_ms: the time it is judged at, milliseconds since 1970 UTC.
        tolerance_ms: largest age of a signature that tells its time.
        others: secrets configured for other sources: a key in the wrong place is told.
    """
    del source, body, headers, secrets, now_ms, tolerance_ms, others
    return []
