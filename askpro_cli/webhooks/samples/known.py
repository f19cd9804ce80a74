"""All samples, by source and by type."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from askpro_cli.webhooks.samples import calcom, retell, stripe
from askpro_cli.webhooks.samples.fresh import Document, Fresh

Sample = Callable[[Fresh], Document]

SAMPLES: Mapping[str, Mapping[str, Sample]] = {
    "calcom": calcom.SAMPLES,
    "retell": retell.SAMPLES,
    "stripe": stripe.SAMPLES,
}


def find_sample(event_type: str) -> tuple[str, Sample] | None:
    """Return the source and the maker of an event type, None where nobody here sends it."""
    for source, samples in SAMPLES.items():
        if event_type in samples:
            return source, samples[event_type]
    return None


def sample_types() -> list[str]:
    """Return all event types there is a sample of, by source."""
    return [event_type for samples in SAMPLES.values() for event_type in samples]
