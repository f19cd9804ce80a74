"""What a data file describes: users, schedules, event types, teams, keys and bookings.

Field names are the vendor's (camelCase in the file). Unknown fields are refused, so a typo is found at the
start.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ATTENDEE_LOCATIONS = frozenset({"attendeePhone", "attendeeAddress", "attendeeDefined"})

DayName = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
LocationType = Literal[
    "address",
    "link",
    "integration",
    "phone",
    "organizersDefaultApp",
    "attendeeAddress",
    "attendeePhone",
    "attendeeDefined",
]
FieldType = Literal[
    "phone",
    "address",
    "text",
    "number",
    "textarea",
    "select",
    "multiselect",
    "multiemail",
    "checkbox",
    "radio",
    "boolean",
    "url",
    "title",
    "notes",
]

Minutes = Annotated[int, Meta(ge=0)]
Length = Annotated[int, Meta(ge=1)]


class Part(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One mapping of the data file."""


class Availability(Part, frozen=True):
    """Opening hours of some weekdays, `HH:MM` in the schedule's zone."""

    days: list[DayName]
    start_time: str
    end_time: str


class Override(Part, frozen=True):
    """Other hours on one date (`YYYY-MM-DD`); `00:00` to `00:00` closes it."""

    date: str
    start_time: str
    end_time: str


class Schedule(Part, frozen=True):
    """A weekly plan in its own zone."""

    id: int
    name: str
    time_zone: str
    availability: list[Availability]
    overrides: list[Override] = field(default_factory=list)
    is_default: bool = False


class Location(Part, frozen=True):
    """A place an event type offers; the value's field depends on the type."""

    type: LocationType
    address: str | None = None
    link: str | None = None
    phone: str | None = None
    integration: str | None = None
    public: bool = True


class BookingField(Part, frozen=True):
    """A question to the booker. `title` and `notes` are the vendor's own default fields."""

    type: FieldType
    slug: str
    label: str = ""
    required: bool = False
    placeholder: str = ""
    options: list[str] = field(default_factory=list)
    hidden: bool = False

    @property
    def is_default(self) -> bool:
        """Whether the vendor owns this field: then its absence is a Zod error, not a missing response."""
        return self.type in ("title", "notes")


class BookingWindow(Part, frozen=True):
    """How far ahead an event type can be booked: days (a number) or a range of two dates."""

    type: Literal["calendarDays", "businessDays", "range"]
    value: Annotated[int, Meta(ge=0)] | list[str]
    rolling: bool = False


class IntervalLimits(Part, frozen=True):
    """At most so many (bookings, or minutes booked) in a period."""

    day: Length | None = None
    week: Length | None = None
    month: Length | None = None
    year: Length | None = None


class Seats(Part, frozen=True):
    """How a seated event type shows its seats: to other guests, and how many are left."""

    show_attendee_info: bool = False
    show_availability_count: bool = True


class Recurrence(Part, frozen=True):
    """How often a recurring event type repeats: every *interval* weeks, months or years, so many times."""

    interval: Length
    occurrences: Length
    frequency: Literal["weekly", "monthly", "yearly"]


class EventType(Part, frozen=True):
    """A bookable service. Lengths, notice and buffers are minutes."""

    id: int
    slug: str
    title: str
    length_in_minutes: Length
    description: str = ""
    length_in_minutes_options: list[Length] = field(default_factory=list)
    locations: list[Location] = field(default_factory=list)
    booking_fields: list[BookingField] = field(default_factory=list)
    email_required: bool = True
    schedule_id: int | None = None
    slot_interval: Length | None = None
    offset_start: Minutes = 0
    minimum_booking_notice: Minutes = 0
    before_event_buffer: Minutes = 0
    after_event_buffer: Minutes = 0
    booking_window: BookingWindow | None = None
    booking_limits_count: IntervalLimits | None = None
    booking_limits_duration: IntervalLimits | None = None
    requires_confirmation: bool = False
    booking_requires_authentication: bool = False
    maximum_active_bookings: Length | None = None
    seats_per_time_slot: Length | None = None
    seats: Seats = field(default_factory=Seats)
    recurrence: Recurrence | None = None
    disable_guests: bool = False
    disable_cancelling: bool = False
    disable_rescheduling: bool = False
    allow_rescheduling_past_bookings: bool = False
    hidden: bool = False
    price: int = 0
    currency: str = "eur"
    scheduling_type: Literal["roundRobin", "collective", "managed"] | None = None
    hosts: list[str] = field(default_factory=list)
    parent_event_type_id: int | None = None

    @property
    def lengths(self) -> list[int]:
        """Every length it can be booked with, in minutes."""
        return self.length_in_minutes_options or [self.length_in_minutes]


class Calendar(Part, frozen=True):
    """A calendar of another service, connected to a user's account by a credential."""

    credential_id: int
    external_id: str
    integration: Literal["google_calendar", "office365_calendar", "apple_calendar"] = "google_calendar"
    name: str = ""
    primary: bool = False
    read_only: bool = False


class BusyTime(Part, frozen=True):
    """A time a user is not free for another reason than a booking.

    `start` and `end` are written like the start of a booking (see `SeedBooking`), relative ones in the user's
    zone. `calendar` is the `externalId` of the calendar it stands in; by default his first one. Without any
    calendar it is known to the vendor alone, like an out-of-office time.
    """

    start: str
    end: str
    source: str | None = None
    calendar: str | None = None


class User(Part, frozen=True):
    """A person with a calendar."""

    id: int
    username: str
    name: str
    email: str
    time_zone: str
    schedules: list[Schedule] = field(default_factory=list)
    event_types: list[EventType] = field(default_factory=list)
    calendars: list[Calendar] = field(default_factory=list)
    busy: list[BusyTime] = field(default_factory=list)


class Team(Part, frozen=True):
    """People who share event types; members by username."""

    id: int
    slug: str
    name: str
    members: list[str]
    event_types: list[EventType] = field(default_factory=list)
    is_organization: bool = False


class ApiKey(Part, frozen=True):
    """A credential; without the prefix `cal_` it is an access token."""

    key: str
    user: str
    state: Literal["valid", "expired", "revoked"] = "valid"


class SeedBooking(Part, frozen=True):
    """A booking that exists from the start.

    `start` is an instant (ISO 8601 with a zone) or a local time relative to the day the sandbox starts,
    e.g. `+2d 11:00`, in the host's zone.
    """

    event_type_id: int
    start: str
    name: str
    email: str
    phone_number: str | None = None
    status: Literal["accepted", "pending", "cancelled", "rejected"] = "accepted"
    cancellation_reason: str = ""
    uid: str | None = None


class SeedWebhook(Part, frozen=True):
    """A webhook that exists from the start; it names one owner (an organisation is a team)."""

    subscriber_url: str
    triggers: list[str]
    active: bool = True
    payload_template: str | None = None
    secret: str | None = None
    id: str | None = None
    user_id: int | None = None
    event_type_id: int | None = None
    team_id: int | None = None


class Definition(Part, frozen=True):
    """The whole data file."""

    users: list[User]
    api_keys: list[ApiKey] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    bookings: list[SeedBooking] = field(default_factory=list)
    webhooks: list[SeedWebhook] = field(default_factory=list)
