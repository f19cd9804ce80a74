"""Invented requests, admitted as a provider would admit them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from askpro_cli.webhooks.arrivals import Admitted, Arrival, Identity, Verified

RECEIVED_MS = 1_795_000_000_000


@dataclass
class Request:
    """One request of Cal.com about a booking; every field may be another."""

    uid: str = "uid-0001"
    event_type: str = "BOOKING_CREATED"
    source: str = "calcom"
    key: str | None = None
    body: bytes | None = None
    entity: str | None = None
    received_ms: int = RECEIVED_MS
    correlation_id: str = "c0ffee000001"
    company: str | None = None
    secret_id: str | None = "webhook.secret_calcom#1:9f86d081"
    client: str | None = "192.0.2.7"
    path: str = "/webhooks/calcom"
    headers: list[tuple[bytes, bytes]] = field(
        default_factory=lambda: [
            (b"Host", b"hooks.example.org"),
            (b"Content-Type", b"application/json"),
            (b"X-Cal-Signature-256", b"0f" * 32),
            (b"Authorization", b"Bearer not-for-the-records"),
        ]
    )

    def arrival(self) -> Arrival:
        """Return the request."""
        document = {"triggerEvent": self.event_type, "payload": {"uid": self.uid}}
        body = json.dumps(document).encode() if self.body is None else self.body
        return Arrival(
            self.source,
            body,
            self.headers,
            self.path,
            self.client,
            self.received_ms,
            self.correlation_id,
        )

    def admitted(self) -> Admitted:
        """Return it verified and identified."""
        key = self.key or f"{self.source}:{self.event_type}:{self.uid}"
        entity = self.entity or f"booking:{self.uid}"
        verified = Verified(self.secret_id, self.company) if self.secret_id else None
        document: Any = {}
        identity = Identity(self.event_type, key, "trigger + uid + createdAt", entity)
        return Admitted(self.arrival(), verified, identity, document)


def admitted(uid: str = "uid-0001", **changes: Any) -> Admitted:
    """Return an admitted request about a booking."""
    return Request(uid=uid, **changes).admitted()
