"""The one way in: a request is verified, read and identified, or refused. The hot path of the intake."""

from __future__ import annotations

from collections.abc import Sequence

from askpro_cli.webhooks.arrivals import Admitted, Arrival, Refusal, Secret
from askpro_cli.webhooks.providers.known import provider_of
from askpro_cli.webhooks.providers.matching import NO_SECRET
from askpro_cli.webhooks.providers.parsing import parse


def admit(arrival: Arrival, secrets: Sequence[Secret], now_ms: int, tolerance_ms: int) -> Admitted | Refusal:
    """Decide on a request; nothing of the body is looked at before its sender is proven. Never raises.

    Args:
        arrival: the request.
        secrets: of its source; none refuses with :attr:`Cause.NO_SECRET`.
        now_ms: the time its signature is judged at, milliseconds since 1970 UTC.
        tolerance_ms: largest age of a signature that tells its time.
    """
    if not secrets:
        return NO_SECRET
    provider = provider_of(arrival.source)
    verified = provider.verify(arrival.body, arrival.headers, secrets, now_ms, tolerance_ms)
    if isinstance(verified, Refusal):
        return verified
    document = parse(arrival.body)
    if isinstance(document, Refusal):
        return document
    identity = provider.identify(document, arrival.body, arrival.headers)
    if isinstance(identity, Refusal):
        return identity
    return Admitted(arrival, verified, identity, document)
