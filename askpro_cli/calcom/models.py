"""What Cal.com answers about bookings, event types, schedules, people and slots, as typed documents.

Field lists: Cal.com's OpenAPI description of API V2 (March 2026). What all of them share stands in
:mod:`askpro_cli.calcom.documents`; reservations, webhooks and calendars keep theirs beside their operations.
"""

from __future__ import annotations

from typing import Any, ClassVar

from askpro_cli.calcom.documents import Document, Instant, TimedDocument


class Host(Document, frozen=True, kw_only=True):
    """Who serves the appointment; ``id`` is the Cal.com user id."""

    id: int | None = None
    name: str = ""
    email: str = ""
    username: str = ""
    time_zone: str = ""


class Attendee(Document, frozen=True, kw_only=True):
    """Who comes; bookings made by phone may have no e-mail address.

    ``id`` stands in lists of attendees only, ``seat_uid`` in seated bookings only.
    """

    name: str = ""
    email: str = ""
    phone_number: str = ""
    time_zone: str = ""
    language: str = ""
    absent: bool = False
    id: int | None = None
    seat_uid: str = ""


class EventTypeLink(Document, frozen=True, kw_only=True):
    """The event type as a booking names it."""

    id: int | None = None
    slug: str = ""


class Booking(TimedDocument, frozen=True, kw_only=True):
    """An appointment.

    ``status`` is accepted, pending, cancelled, rejected or awaiting_host. A rescheduled booking is
    cancelled and names its successor in ``rescheduled_to_uid``. ``duration`` is in minutes.
    ``seat_uid`` is the seat that the request made or moved; ``recurring_booking_uid`` names the series.
    """

    children: ClassVar[dict[str, str]] = {
        "hosts": "hosts",
        "attendees": "attendees",
        "event_type": "eventType",
    }
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
    seat_uid: str = ""
    absent_host: bool = False

    @property
    def of_event_type(self) -> int | None:
        """Return the event type's id; the vendor deprecates the flat field but still sends it."""
        return self.event_type.id or self.event_type_id

    @property
    def host_ids(self) -> tuple[int, ...]:
        """Return the Cal.com user ids of the hosts, () where one of them is not named."""
        named = tuple(host.id for host in self.hosts if host.id is not None)
        return named if len(named) == len(self.hosts) else ()


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
    as the vendor sends them (their shape differs between own and team event types), and so are the booking
    window, the limits (bookings or minutes by day, week, month, year) and the confirmation policy.
    """

    children: ClassVar[dict[str, str]] = {"booking_fields": "bookingFields", "team": "team"}

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
    seats: dict[str, Any] = {}
    booking_requires_authentication: bool = False
    booking_window: Any = None
    booking_limits_count: dict[str, Any] = {}
    booking_limits_duration: dict[str, Any] = {}
    confirmation_policy: dict[str, Any] = {}
    offset_start: int | None = None

    @property
    def seats_total(self) -> int | None:
        """Return how many attendees share a time, None where every booking has it alone."""
        told = self.seats_per_time_slot or self.seats.get("seatsPerTimeSlot")
        return told if isinstance(told, int) and told > 0 else None

    @property
    def is_seated(self) -> bool:
        """Tell whether several attendees share a time; each then has a seat with a uid of its own."""
        return self.seats_total is not None

    @property
    def is_recurring(self) -> bool:
        """Tell whether a booking is a series."""
        return bool(self.recurrence) and not (self.recurrence or {}).get("disabled")

    @property
    def needs_confirmation(self) -> bool:
        """Tell whether a new booking may wait for its host; with the policy ``time``, when it is near."""
        return bool(self.confirmation_policy.get("type")) and not self.confirmation_policy.get("disabled")

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
        """Return the Cal.com user ids that this event type may occupy, () where one of them is not named."""
        if self.team_id:
            people = [_identity(host, "userId", "id") for host in self.hosts]
        else:
            people = [_identity(user, "id", "userId") for user in self.users]
            people += [self.owner_id] if self.owner_id is not None else []
        named = [found for found in people if found is not None]
        return tuple(dict.fromkeys(named)) if len(named) == len(people) else ()

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
