"""What a provider decides about a request: who sent it, and what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from askpro_cli.webhooks.arrivals import Headers, Identity, Refusal, Secret, Verified


class Provider(Protocol):
    """One vendor's rules. Stateless, pure: the time comes in as an argument, nothing is raised."""

    @property
    def name(self) -> str:
        """The source, as in the route, the settings and the inbox."""
        ...

    @property
    def signature_headers(self) -> tuple[bytes, ...]:
        """The headers that prove the sender, in lower case."""
        ...

    def verify(
        self, body: bytes, headers: Headers, secrets: Sequence[Secret], now_ms: int, tolerance_ms: int
    ) -> Verified | Refusal:
        """Decide whether one of *secrets* signed *body*; on the raw bytes, in constant time.

        Args:
            body: as it came.
            headers: as they came.
            secrets: all that count; none refuses.
            now_ms: milliseconds since 1970 UTC.
            tolerance_ms: largest age of a signature that tells its time.
        """
        ...

    def identify(self, document: Any, body: bytes, headers: Headers) -> Identity | Refusal:
        """Return what the event is and its dedup key; refuse what is no event of this provider."""
        ...

    def sign(
        self, body: bytes, secret: str, now_ms: int, event_id: str | None = None
    ) -> list[tuple[str, str]]:
        """Return the headers the provider would send *body* with at that time.

        Args:
            body: to be sent.
            secret: as configured.
            now_ms: milliseconds since 1970 UTC.
            event_id: of Standard Webhooks; made of the body where None.

        Raises:
            ConfigError: the secret cannot be one of this provider.
        """
        ...
