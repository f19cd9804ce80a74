"""What the inbox holds of a person: the events of their bookings and calls, as vendors sent them.

Rows of the inbox belong to the platform. A company finds those of its own bookings and calls, by the vendor's
keys that its records hold; an event that another company's secret has verified is not among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, or_, select

from askpro_cli.booking.customers.person import Person, calcom_uids, contacts_of
from askpro_cli.platform import tenancy
from askpro_cli.platform.schema import Call, Company, WebhookConflict, WebhookEvent, WebhookRejection
from askpro_cli.platform.tenancy import TenantSession

_AROUND = timedelta(minutes=10)
"""A call is announced at most so long before it begins."""

_OWN = or_(WebhookEvent.company == bindparam("company"), WebhookEvent.company.is_(None))
_OF = (
    select(WebhookEvent)
    .where(WebhookEvent.entity.in_(bindparam("entities", expanding=True)), _OWN)
    .order_by(WebhookEvent.id)
)
_ANNOUNCED = select(WebhookEvent).where(
    WebhookEvent.received_at_ms.between(bindparam("earliest"), bindparam("latest")),
    WebhookEvent.entity.is_(None),
    WebhookEvent.body.is_not(None),
    _OWN,
)
_CONFLICTS = (
    select(WebhookConflict)
    .where(WebhookConflict.event_id.in_(bindparam("events", expanding=True)))
    .order_by(WebhookConflict.id)
)
_REJECTED = (
    select(WebhookRejection)
    .where(WebhookRejection.body.is_not(None))
    .order_by(WebhookRejection.id)
    .execution_options(yield_per=200)
)


@dataclass(frozen=True, slots=True)
class InboxRows:
    """A person's rows of the inbox, each list in order of its keys.

    Args:
        events: of their bookings and calls, and those that announced a call from their number.
        conflicts: other bodies that came under the key of one of these.
        rejected: requests that were not let in and name one of these bookings or calls.
    """

    events: Sequence[WebhookEvent]
    conflicts: Sequence[WebhookConflict]
    rejected: Sequence[WebhookRejection]

    @property
    def rows(self) -> list[WebhookEvent | WebhookConflict | WebhookRejection]:
        """All of them."""
        return [*self.events, *self.conflicts, *self.rejected]


def inbox_rows(session: TenantSession, person: Person) -> InboxRows:
    """Return what the inbox holds of a person; rejected requests are bounded in number and looked through.

    Args:
        session: of one company.
        person: of it.
    """
    slug = session.get_one(Company, session.info[tenancy.COMPANY]).slug
    uids, calls = calcom_uids(person), [call.retell_call_id for call in person.calls]
    entities = [*(f"booking:{uid}" for uid in uids), *(f"call:{call}" for call in calls)]
    found = {row.id: row for row in session.scalars(_OF, {"entities": entities, "company": slug})}
    found |= {row.id: row for row in _announced(session, person, slug)}
    events = [found[key] for key in sorted(found)]
    conflicts = session.scalars(_CONFLICTS, {"events": [row.id for row in events]}).all()
    return InboxRows(events, conflicts, _naming(session, [*uids, *calls]))


def _announced(session: TenantSession, person: Person, slug: str) -> Iterable[WebhookEvent]:
    """Yield what announced a call of theirs: it has no key of the call yet, only the number."""
    numbers = [contact.encode() for contact in contacts_of(person.rows) if contact.startswith("+")]
    for call in person.calls:
        for row in _before(session, call, slug):
            if any(number in (row.body or b"") for number in numbers):
                yield row


def _before(session: TenantSession, call: Call, slug: str) -> Sequence[WebhookEvent]:
    if call.start_timestamp is None:
        return ()
    times = (call.start_timestamp - _AROUND, call.start_timestamp + _AROUND)
    earliest, latest = (round(time.timestamp() * 1000) for time in times)
    values = {"earliest": earliest, "latest": latest, "company": slug}
    return session.scalars(_ANNOUNCED, values).all()


def _naming(session: TenantSession, keys: Sequence[str]) -> list[WebhookRejection]:
    """Return rejected requests that name a booking or a call of these."""
    sought = [key.encode() for key in keys]
    if not sought:
        return []
    return [row for row in session.scalars(_REJECTED) if any(key in (row.body or b"") for key in sought)]
