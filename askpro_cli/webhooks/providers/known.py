"""Which provider a source has."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from askpro_cli.webhooks.providers.calcom import CalcomProvider
from askpro_cli.webhooks.providers.provider import Provider
from askpro_cli.webhooks.providers.retell import RetellProvider
from askpro_cli.webhooks.providers.standard import StandardProvider
from askpro_cli.webhooks.providers.stripe import StripeProvider

BUILT_IN: Final[dict[str, Provider]] = {
    "calcom": CalcomProvider(),
    "retell": RetellProvider(),
    "stripe": StripeProvider(),
}
"""Sources with rules of their own; every other one is a sender of Standard Webhooks."""


def provider_of(source: str) -> Provider:
    """Return the provider of a source: a vendor's, or Standard Webhooks under any other name."""
    return BUILT_IN.get(source) or _standard(source)


@lru_cache(maxsize=256)
def _standard(name: str) -> Provider:
    return StandardProvider(name)
