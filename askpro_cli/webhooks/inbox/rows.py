"""An admitted event as a row, and several with one key folded into one. On the hot path: no SQLAlchemy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from askpro_cli.platform.schema.webhooks import LONGEST_ENTITY, LONGEST_KEY
from askpro_cli.webhooks.arrivals import Admitted
from askpro_cli.webhooks.inbox.headers import packed

COLUMNS = (
    "source",
    "event_type",
    "key_hash",
    "dedup_key",
    "key_from",
    "entity",
    "hits",
    "company",
    "secret_id",
    "correlation_id",
    "received_at_ms",
    "last_seen_ms",
    "client",
    "path",
    "headers",
    "body_hash",
    "body_size",
    "body",
)
"""What a new row says; the order of :attr:`Folded.row`. All new rows share :data:`CONSTANTS`."""

CONSTANTS = {"state": "'received'", "attempts": "0", "due_at_ms": "0"}

_LONGEST_TYPE = 100
_LONGEST_FROM = 60
_LONGEST_SECRET_ID = 120
_LONGEST_CORRELATION_ID = 40
_LONGEST_CLIENT = 64
_LONGEST_PATH = 500


@dataclass(slots=True)
class Folded:
    """All events of a batch that share a key.

    Args:
        key_hash: of the key.
        first: the one that came first, and its body is the row's.
        body_hash: of the first one's body.
        members: where in the batch they stand.
        body_hashes: of the members' bodies, in their order.
    """

    key_hash: str
    first: Admitted
    body_hash: str
    members: list[int] = field(default_factory=list)
    body_hashes: list[str] = field(default_factory=list)
    last_seen_ms: int = 0

    @property
    def hits(self) -> int:
        """How often the batch has the key."""
        return len(self.members)

    def row(self) -> tuple[Any, ...]:
        """Return the values of :data:`COLUMNS`, cut to their lengths and without what no database takes."""
        arrival, verified, identity, _ = self.first
        return (
            ascii_text(arrival.source, _LONGEST_TYPE),
            plain_text(identity.event_type, _LONGEST_TYPE),
            self.key_hash,
            plain_text(identity.key, LONGEST_KEY),
            ascii_text(identity.key_from, _LONGEST_FROM),
            plain_text(identity.entity, LONGEST_ENTITY),
            len(self.members),
            verified and verified.company,
            verified and ascii_text(verified.secret_id, _LONGEST_SECRET_ID),
            ascii_text(arrival.correlation_id, _LONGEST_CORRELATION_ID),
            arrival.received_ms,
            self.last_seen_ms,
            ascii_text(arrival.client, _LONGEST_CLIENT),
            plain_text(arrival.path, _LONGEST_PATH),
            packed(arrival.headers),
            self.body_hash,
            len(arrival.body),
            arrival.body,
        )


def key_hash_of(source: str, key: str) -> str:
    """Return what makes an event unique: SHA-256 (hex) of source and whole key, however long it is."""
    return sha256(f"{source}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()


KEY_OF_COPIES = "replay"
"""Where the keys of events come from that a replay made of others (``key_from``)."""


def copy_hash_of(key: str) -> str:
    """Return what makes an event unique that a replay made: its key is ours, and no sender's."""
    return sha256(key.encode()).hexdigest()


def body_hash_of(body: bytes) -> str:
    """Return SHA-256 (hex) of a raw body."""
    return sha256(body).hexdigest()


def fold(batch: Sequence[Admitted]) -> list[Folded]:
    """Return one entry for each key, in the order in which the keys came first."""
    found: dict[str, Folded] = {}
    for number, admitted in enumerate(batch):
        arrival = admitted.arrival
        key_hash = key_hash_of(arrival.source, admitted.identity.key)
        body_hash = body_hash_of(arrival.body)
        folded = found.get(key_hash)
        if folded is None:
            folded = found[key_hash] = Folded(key_hash, admitted, body_hash)
        folded.members.append(number)
        folded.body_hashes.append(body_hash)
        folded.last_seen_ms = max(folded.last_seen_ms, arrival.received_ms)
    return list(found.values())


def plain_text(text: str | None, longest: int) -> str | None:
    """Return text that every database takes: no NUL, no half of a surrogate pair, not too long."""
    if text is None or (len(text) <= longest and text.isascii() and "\0" not in text):
        return text
    whole = text[:longest].replace("\0", "�")
    return whole.encode("utf-8", "replace").decode("utf-8")


def ascii_text(text: str | None, longest: int) -> str | None:
    """Return the same for a column of plain ASCII: anything else becomes a question mark."""
    if text is None or (len(text) <= longest and text.isascii() and "\0" not in text):
        return text
    return text[:longest].replace("\0", "?").encode("ascii", "replace").decode("ascii")
