"""What travels from the wire into the inbox: a request, what its sender proved, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum, unique
from typing import Any, NamedTuple

Headers = Sequence[tuple[bytes, bytes]]
"""Names and values as they came, in their order; ask for them with :func:`header`."""


class Arrival(NamedTuple):
    """One request as it came in.

    Args:
        source: ``calcom``, ``retell``, ``stripe`` or the name of a configured sender.
        body: the raw bytes.
        headers: as they came.
        path: path and query.
        client: the sender's address, None over a Unix socket.
        received_ms: when, by the daemon's clock, in milliseconds since 1970 UTC.
        correlation_id: of this request; in its answer, its row, its logs.
        method: of HTTP.
    """

    source: str
    body: bytes
    headers: Headers
    path: str
    client: str | None
    received_ms: int
    correlation_id: str
    method: str = "POST"


class Secret(NamedTuple):
    """One secret of a source.

    Args:
        id: what we call it, without telling it: where it is configured and its fingerprint
            (``webhook.secret_calcom#2:9f86d081``).
        value: the secret.
        company: whose it is where it belongs to one company; an event it verifies is that company's.
    """

    id: str
    value: str
    company: str | None = None


class Identity(NamedTuple):
    """What an event is and what makes it the same as another one.

    Args:
        event_type: as the sender calls it.
        key: the dedup key, readable, with the source in front.
        key_from: where it was read (``event + call.call_id``).
        entity: whose events are handled in order (``call:…``, ``booking:…``); None: no order.
    """

    event_type: str
    key: str
    key_from: str
    entity: str | None = None


@unique
class Cause(StrEnum):
    """Why a request was not let in."""

    NO_SECRET = "no_secret"  # noqa: S105 (the word, not one)
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_MALFORMED = "signature_malformed"
    SIGNATURE_WRONG = "signature_wrong"
    TOO_OLD = "too_old"
    NOT_JSON = "not_json"
    NOT_AN_EVENT = "not_an_event"
    """JSON that no event of this source looks like."""
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    """A content type or encoding that no sender of ours uses."""
    WRONG_METHOD = "wrong_method"
    UNKNOWN_ROUTE = "unknown_route"


class Refusal(NamedTuple):
    """A request that is not let in.

    Args:
        cause: which kind.
        detail: one sentence for operators; no secret, no personal data. Never sent to the sender.
    """

    cause: Cause
    detail: str


class Verified(NamedTuple):
    """A request whose sender is known.

    Args:
        secret_id: which secret matched.
        company: whose secret it is; None: the platform's.
    """

    secret_id: str
    company: str | None = None


class Admitted(NamedTuple):
    """A verified and identified request, ready to be kept.

    Args:
        arrival: the request.
        verified: who proved it; None where nothing was verified (readmitted by hand, imported).
        identity: what it is.
        document: the parsed body.
    """

    arrival: Arrival
    verified: Verified | None
    identity: Identity
    document: Any


class Stored(NamedTuple):
    """What became of an event: it is on disk.

    Args:
        event_id: its row.
        duplicate: it was there already.
        conflict: it was there with another body; the first one stands.
        woken: it had failed or was dead and will be handled again.
        correlation_id: of the row: of the request that was first.
    """

    event_id: int | None
    duplicate: bool
    conflict: bool = False
    woken: bool = False
    correlation_id: str = ""


def header(headers: Headers, name: bytes) -> bytes | None:
    """Return the value of the first header called *name* (lower case), None without one."""
    return next((value for key, value in headers if key.lower() == name), None)
