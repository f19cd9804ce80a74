"""Signing as a sender does: for ``send``, for replays with ``--resign``, for tests."""

from __future__ import annotations

from askpro_cli.webhooks.providers.known import provider_of


def sign(
    source: str, body: bytes, secret: str, now_ms: int, event_id: str | None = None
) -> list[tuple[str, str]]:
    """Return the headers that prove *body* to be of *source* at that time.

    Args:
        source: ``calcom``, ``retell``, ``stripe`` or the name of a sender of Standard Webhooks.
        body: the raw bytes.
        secret: as configured.
        now_ms: milliseconds since 1970 UTC.
        event_id: the ``webhook-id`` of Standard Webhooks; made of the body where None.

    Raises:
        ConfigError: the secret cannot be one of that source.
    """
    return provider_of(source).sign(body, secret, now_ms, event_id)
