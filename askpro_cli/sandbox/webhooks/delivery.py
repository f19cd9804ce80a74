"""Every event of the world to every webhook that wants it, and a record of each delivery.

Who hears of a booking (source: the vendor's getWebhooks and its callers): the webhooks of its event type and
of the managed parent, of the event type's team, of an organisation its host belongs to; the host's own ones
only for his own event types and for managed children, not for a team's. One try each, no retry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from askpro_cli.base.clock import Clock
from askpro_cli.sandbox.control.faults import Fault, FaultPlan
from askpro_cli.sandbox.protocol.exchange import CURRENT
from askpro_cli.sandbox.webhooks.bodies import MEETINGS, PING, event_document, ping_document
from askpro_cli.sandbox.webhooks.records import Records, shown_signature
from askpro_cli.sandbox.webhooks.sending import Courier, Parcel
from askpro_cli.sandbox.webhooks.signing import SIGNATURE_HEADER, VERSION_HEADER, signature_of
from askpro_cli.sandbox.webhooks.store import Owner, Webhook
from askpro_cli.sandbox.webhooks.template import rendered
from askpro_cli.sandbox.world.register import Booking
from askpro_cli.sandbox.world.world import World

_SIZE = 10_000
_encode = msgspec.json.Encoder().encode


class Outbox:
    """Listens to a world and delivers.

    Args:
        world: whose events; this becomes its listener.
        clock: dates the deliveries.
        plan: faults of deliveries.
        size: deliveries that are remembered.

    Attributes:
        records: what became of each delivery.
    """

    def __init__(self, world: World, clock: Clock, plan: FaultPlan, size: int = _SIZE) -> None:
        self._world = world
        self._clock = clock
        self._plan = plan
        self.records = Records(size)
        self._courier = Courier(self.records.done)
        world.listener = self._tell

    def _tell(self, trigger: str, booking: Booking, extra: dict[str, Any]) -> None:
        """Send one event; the world's lock is held, so the documents are made here and sent elsewhere."""
        webhooks = list(self._world.webhooks.listening(trigger, owners_of(self._world, booking)))
        if not webhooks:
            return
        document = event_document(self._world, trigger, booking, extra, self._clock.now())
        for webhook in webhooks:
            self._send(webhook, trigger, booking.uid, document)

    def ping(self, webhook_id: str | None = None) -> int:
        """Send the vendor's ping to one webhook, or to all; return how many were asked."""
        chosen = [
            webhook
            for webhook in self._world.webhooks.all()
            if webhook_id is None or webhook.id == webhook_id
        ]
        document = ping_document(self._clock.now())
        for webhook in chosen:
            self._send(webhook, PING, None, document)
        return len(chosen)

    def _send(self, webhook: Webhook, trigger: str, uid: str | None, document: dict[str, Any]) -> None:
        body, content_type = _content(webhook, trigger, document)
        signature = signature_of(webhook.secret, body)
        headers = {"Content-Type": content_type, SIGNATURE_HEADER: signature, VERSION_HEADER: webhook.version}
        exchange = CURRENT.get()
        faults = [*(exchange.delivery_faults if exchange else ()), *self._plan.take_delivery(trigger)]
        copies = 2 if any(fault.name == "webhook-duplicate" for fault in faults) else 1
        for copy in range(copies):
            record = self.records.open(webhook, trigger, uid, self._clock.now())
            record |= {
                "signature": shown_signature(signature),
                "bytes": len(body),
                "faults": [str(fault) for fault in faults],
                "duplicate": copy > 0,
            }
            if exchange is not None:
                exchange.entry.setdefault("deliveries", []).append(record["n"])
            self._hand_over(webhook, Parcel(record, webhook.subscriber_url, headers, body), faults)

    def _hand_over(self, webhook: Webhook, parcel: Parcel, faults: list[Fault]) -> None:
        names = {fault.name for fault in faults}
        if "webhook-drop" in names:
            parcel.record["status"] = "dropped"
            self.records.done()
            return
        parcel.delay = sum(fault.number(0) for fault in faults if fault.name == "webhook-delay")
        parcel.behind = "webhook-reorder" in names
        self._courier.take(webhook.id, parcel)

    def close(self, seconds: float) -> bool:
        """Wait for what is under way, at most *seconds*, then stop; tell whether all was sent."""
        finished = self.records.wait_idle(seconds)
        self._courier.close()
        self.records.give_up()
        return finished


def _content(webhook: Webhook, trigger: str, document: dict[str, Any]) -> tuple[bytes, str]:
    """Return body and content type; meetings ignore the template (inferred from the vendor's scheduler)."""
    if webhook.payload_template and trigger not in MEETINGS:
        return rendered(webhook.payload_template, document)
    return _encode(document), "application/json"


def owners_of(world: World, booking: Booking) -> Iterator[Owner]:
    """Yield whose webhooks hear of *booking*."""
    event_type = world.event_types[booking.event_type_id]
    yield Owner(event_type_id=event_type.id)
    if event_type.parent_event_type_id is not None:
        yield Owner(event_type_id=event_type.parent_event_type_id)
    team = world.team_of.get(event_type.id)
    if team is not None:
        yield Owner(team_id=team.id)
    else:
        yield from (Owner(user_id=host) for host in booking.host_ids[:1])
    yield from _organisations(world, (world.users[host].username for host in booking.host_ids))


def _organisations(world: World, usernames: Iterable[str]) -> Iterator[Owner]:
    names = frozenset(usernames)
    for team in world.teams.values():
        if team.is_organization and names & set(team.members):
            yield Owner(team_id=team.id)
