"""The webhooks of a world: whose they are, and which of them an event concerns.

A webhook belongs to a user, to an event type, to a team or to an organisation (for the vendor a team too).
Its id is a UUID as text, although the vendor's description says number (source: the vendor's own tests).
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from askpro_cli.sandbox.world.model import SeedWebhook

TRIGGERS = (
    "BOOKING_CREATED",
    "BOOKING_PAYMENT_INITIATED",
    "BOOKING_PAID",
    "BOOKING_RESCHEDULED",
    "BOOKING_REQUESTED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
    "BOOKING_NO_SHOW_UPDATED",
    "FORM_SUBMITTED",
    "MEETING_ENDED",
    "MEETING_STARTED",
    "RECORDING_READY",
    "INSTANT_MEETING",
    "RECORDING_TRANSCRIPTION_GENERATED",
    "OOO_CREATED",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
    "FORM_SUBMITTED_NO_EVENT",
    "ROUTING_FORM_FALLBACK_HIT",
    "DELEGATION_CREDENTIAL_ERROR",
    "WRONG_ASSIGNMENT_REPORT",
)
VERSION = "2021-10-20"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a webhook is; exactly one of the ids is set."""

    user_id: int | None = None
    event_type_id: int | None = None
    team_id: int | None = None


@dataclass(slots=True)
class Webhook:
    """A subscription; *secret* signs its deliveries and is shown only to its owner."""

    id: str
    owner: Owner
    subscriber_url: str
    triggers: list[str]
    active: bool = True
    payload_template: str | None = None
    secret: str | None = None
    version: str = VERSION


class Webhooks:
    """Keeps the webhooks in the order they were made.

    Attributes:
        strict_urls: refuse the URLs the vendor's newer servers refuse.
    """

    def __init__(self) -> None:
        self.strict_urls = False
        self._by_id: dict[str, Webhook] = {}
        self._random = random.Random()  # noqa: S311 - ids of a simulation are no secrets

    def reset(self, seeds: Iterable[SeedWebhook], seed: int | None) -> None:
        """Forget every webhook and make those of the data file; *seed* makes the ids repeatable."""
        self._by_id.clear()
        self._random = random.Random(seed)  # noqa: S311 - see above
        for given in seeds:
            self.add(
                Webhook(
                    id=given.id or self.new_id(),
                    owner=Owner(given.user_id, given.event_type_id, given.team_id),
                    subscriber_url=given.subscriber_url,
                    triggers=list(given.triggers),
                    active=given.active,
                    payload_template=given.payload_template,
                    secret=given.secret,
                )
            )

    def new_id(self) -> str:
        """Return an id in the vendor's form."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def add(self, webhook: Webhook) -> None:
        """Keep a new webhook."""
        self._by_id[webhook.id] = webhook

    def get(self, webhook_id: str) -> Webhook | None:
        """Return the webhook of that id."""
        return self._by_id.get(webhook_id)

    def remove(self, webhook_id: str) -> None:
        """Forget a webhook."""
        del self._by_id[webhook_id]

    def all(self) -> list[Webhook]:
        """Return every webhook, oldest first."""
        return list(self._by_id.values())

    def of(self, owner: Owner) -> list[Webhook]:
        """Return the owner's webhooks, oldest first."""
        return [webhook for webhook in self._by_id.values() if webhook.owner == owner]

    def listening(self, trigger: str, owners: Iterable[Owner]) -> Iterator[Webhook]:
        """Yield the active webhooks of any of *owners* that want *trigger*, oldest first."""
        wanted = frozenset(owners)
        for webhook in self._by_id.values():
            if webhook.active and trigger in webhook.triggers and webhook.owner in wanted:
                yield webhook

    def any_wants(self, triggers: frozenset[str]) -> bool:
        """Tell whether an active webhook wants one of *triggers*."""
        return any(webhook.active and triggers & set(webhook.triggers) for webhook in self._by_id.values())
