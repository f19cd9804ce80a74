"""What Cal.com answers, as typed documents: unknown fields are kept, wrong types are errors with a path.

Every document keeps the vendor's own JSON object in ``raw``; fields we do not know are found there.
An optional field that is missing or null takes its default; a required one that is missing, null or of
the wrong type is a :class:`~askpro_cli.base.errors.VendorProtocolError` naming where (``data[0].start``).
Instants are aware and in UTC. Field lists: Cal.com's OpenAPI description of API V2 (March 2026).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec

from askpro_cli.base.times import MAX_YEAR, MIN_YEAR

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A timestamp with an offset; one without could mean any instant and is refused."""


class Document(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A JSON object of the vendor. Its ``repr`` names the type only: documents hold personal data."""

    raw: dict[str, Any] = msgspec.field(default_factory=dict, name="$raw")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class TimedDocument(Document, frozen=True, kw_only=True):
    """A document with instants, brought to UTC whatever offset they were written with.

    Years beyond those of :mod:`askpro_cli.base.times` are refused: no zone could show them.
    """

    instants: ClassVar[tuple[str, ...]] = ("start", "end")

    def __post_init__(self) -> None:
        for name in self.instants:
            value = getattr(self, name)
            if value is None:
                continue
            if not MIN_YEAR <= value.year <= MAX_YEAR:
                raise ValueError(f"The year of `{name}` is outside {MIN_YEAR} to {MAX_YEAR}")
            if value.tzinfo is not UTC:
                msgspec.structs.force_setattr(self, name, value.astimezone(UTC))


D = TypeVar("D", bound=Document)


class Host(Document, frozen=True, kw_only=True):
    """Who serves the appointment; ``id`` is the Cal.com user id."""

    id: int | None = None
    name: str = ""
    email: str = ""
    username: str = ""
    time_zone: str = ""


class Attendee(Document, frozen=True, kw_only=True):
    """Who comes; bookings made by phone may have no e-mail address."""

    name: str = ""
    email: str = ""
    phone_number: str = ""
    time_zone: str = ""
    language: str = ""
    absent: bool = False


class EventTypeLink(Document, frozen=True, kw_only=True):
    """The event type as a booking names it."""

    id: int | None = None
    slug: str = ""


class Booking(TimedDocument, frozen=True, kw_only=True):
    """An appointment.

    ``status`` is accepted, pending, cancelled, rejected or awaiting_host. A rescheduled booking is
    cancelled and names its successor in ``rescheduled_to_uid``. ``duration`` is in minutes.
    """

    instants: ClassVar[tuple[str, ...]] = ("start", "end", "created_at", "updated_at")

    uid: str
    status: str
    start: Instant
    end: Instant
    id: int | None = None
    title: str = ""
    description: str = ""
    duration: int | None = None
    event_type_id: int | None = None
    event_type: EventTypeLink = EventTypeLink()
    hosts: list[Host] = []
    attendees: list[Attendee] = []
    guests: list[str] = []
    location: Any = None
    metadata: dict[str, Any] = {}
    booking_fields_responses: dict[str, Any] = {}
    created_at: Instant | None = None
    updated_at: Instant | None = None
    cancellation_reason: str = ""
    rescheduling_reason: str = ""
    rescheduled_from_uid: str = ""
    rescheduled_to_uid: str = ""
    recurring_booking_uid: str = ""

    @property
    def of_event_type(self) -> int | None:
        """Return the event type's id; the vendor deprecates the flat field but still sends it."""
        return self.event_type.id or self.event_type_id

    @property
    def host_ids(self) -> tuple[int, ...]:
        """Return the Cal.com user ids of the hosts that are known."""
        return tuple(host.id for host in self.hosts if host.id is not None)


class BookingField(Document, frozen=True, kw_only=True):
    """A question asked when booking; its ``slug`` is the key of the answer."""

    type: str
    slug: str = ""
    label: str = ""
    required: bool = False
    hidden: bool = False
    is_default: bool = False
    options: list[Any] = []

    @property
    def option_values(self) -> list[str]:
        """Return what may be answered; the vendor sends plain texts, older servers objects."""
        return [
            str(entry.get("value", "")) if isinstance(entry, dict) else str(entry) for entry in self.options
        ]


class TeamLink(Document, frozen=True, kw_only=True):
    """The team as an event type names it."""

    id: int | None = None
    slug: str = ""
    name: str = ""


class EventType(Document, frozen=True, kw_only=True):
    """What can be booked. Lengths, notice and buffers are in minutes.

    ``length_in_minutes_options`` is empty unless the booker may choose; ``hosts`` and ``users`` are kept
    as the vendor sends them (their shape differs between own and team event types).
    """

    id: int
    slug: str
    title: str
    length_in_minutes: int
    length_in_minutes_options: list[int] = []
    description: str = ""
    locations: list[dict[str, Any]] = []
    booking_fields: list[BookingField] = []
    disable_guests: bool = False
    slot_interval: int | None = None
    minimum_booking_notice: int | None = None
    before_event_buffer: int | None = None
    after_event_buffer: int | None = None
    recurrence: dict[str, Any] | None = None
    metadata: dict[str, Any] = {}
    schedule_id: int | None = None
    hidden: bool = False
    owner_id: int | None = None
    users: list[Any] = []
    hosts: list[Any] = []
    team_id: int | None = None
    team: TeamLink = TeamLink()
    parent_event_type_id: int | None = None
    scheduling_type: str = ""
    seats_per_time_slot: int | None = None
    booking_requires_authentication: bool = False

    @property
    def is_managed_parent(self) -> bool:
        """Tell whether this is a template: it has no slots and cannot be booked, its children can.

        A child belongs to a user and names its parent; the vendor refuses the parent with 400.
        """
        return self.scheduling_type.lower() == "managed" and self.parent_event_type_id is None

    @property
    def reference(self) -> str:
        """Return the name it is asked for by: ``user/slug`` or ``team/slug``, else its id."""
        owner = self.team.slug if self.team_id else self._owner_name
        return f"{owner}/{self.slug}" if owner else str(self.id)

    @property
    def _owner_name(self) -> str:
        owners = [user for user in self.users if _identity(user, "id", "userId") == self.owner_id]
        return next((str(user["username"]) for user in owners if user and user.get("username")), "")

    @property
    def host_ids(self) -> tuple[int, ...]:
        """Return the Cal.com user ids that this event type may occupy, () when the answer names none."""
        named = (
            [_identity(host, "userId", "id") for host in self.hosts]
            if self.team_id
            else [self.owner_id, *(_identity(user, "id", "userId") for user in self.users)]
        )
        return tuple(dict.fromkeys(found for found in named if found is not None))

    def allows_length(self, minutes: int) -> bool:
        """Tell whether an appointment of *minutes* can be booked."""
        return minutes == self.length_in_minutes or minutes in self.length_in_minutes_options


def _identity(person: Any, *names: str) -> int | None:
    """Return the user id in a host's or user's entry, under the first of *names* that has one."""
    if not isinstance(person, dict):
        return None
    return next((person[name] for name in names if isinstance(person.get(name), int)), None)


class Schedule(Document, frozen=True, kw_only=True):
    """Opening hours in their own zone; ``availability`` and ``overrides`` as the vendor writes them."""

    id: int
    name: str
    time_zone: str
    owner_id: int | None = None
    is_default: bool = False
    availability: list[dict[str, Any]] = []
    overrides: list[dict[str, Any]] = []


class Me(Document, frozen=True, kw_only=True):
    """The owner of the key."""

    id: int
    username: str = ""
    email: str = ""
    name: str = ""
    time_zone: str = ""
    default_schedule_id: int | None = None
    organization_id: int | None = None


class Team(Document, frozen=True, kw_only=True):
    """A team the key may see."""

    id: int
    name: str = ""
    slug: str = ""
    time_zone: str = ""


class SlotItem(TimedDocument, frozen=True, kw_only=True):
    """A slot as the wire has it: ``end`` only with ``format=range``."""

    start: Instant
    end: Instant | None = None
    seats_remaining: int | None = None
    seats_total: int | None = None


class Slot(TimedDocument, frozen=True, kw_only=True):
    """A free time: half-open, in UTC."""

    start: Instant
    end: Instant
    seats_remaining: int | None = None
    seats_total: int | None = None


class Pagination(Document, frozen=True, kw_only=True):
    """Where a page of bookings stands in the whole list."""

    total_items: int | None = None
    has_next_page: bool | None = None
