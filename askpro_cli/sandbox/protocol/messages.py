"""The vendor's texts, word for word; clients and their tests depend on them.

Sources: the vendor's published controllers, services and tests of 2025/26. Texts marked (inferred) were not
found there and say what the code must mean.
"""

from __future__ import annotations

NO_CREDENTIALS = (
    "ApiAuthStrategy - No authentication method provided. Either pass an API key as 'Bearer' header or "
    "OAuth client credentials as 'x-cal-secret-key' and 'x-cal-client-id' headers"
)
UNKNOWN_KEY = "CustomThrottlerGuard - Invalid API Key"
REVOKED_KEY = "ApiAuthStrategy - api key - Your api key is not valid"
EXPIRED_KEY = "ApiAuthStrategy - api key - Your api key is expired"
BAD_TOKEN = "ApiAuthStrategy - Invalid Bearer token"  # noqa: S105 - a message
EXPIRED_TOKEN = "ACCESS_TOKEN_IS_EXPIRED"  # noqa: S105 - a message
TOO_MANY = "CustomThrottlerGuard - Too many requests. Please try again later."

USER_BUSY = "User either already has booking at this time or is not available"
HOSTS_BUSY = "One of the hosts either already has booking at this time or is not available"
OUT_OF_BOUNDS = (
    "The event type can't be booked at the \"start\" time provided. This could be because it's too soon "
    "(violating the minimum booking notice) or too far in the future (outside the event's scheduling "
    "window). Try fetching available slots first using the GET /v2/slots endpoint and then make a booking "
    'with "start" time equal to one of the available slots: https://cal.com/docs/api-reference/v2/slots'
)
IN_THE_PAST = "Attempting to book a meeting in the past."
BOOKER_LIMIT = (
    "Attendee with this email can't book because the maximum number of active bookings has been reached."
)
CONFLICT = "booking_conflict_error"
COUNT_LIMIT = "booking_limit_reached"
DURATION_LIMIT = "duration_limit_reached"
ONE_LENGTH = (
    "Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths. Please, "
    "remove the 'lengthInMinutes' field from the request."
)
WRONG_LENGTH = (
    "Provided 'lengthInMinutes' is not one of the possible lengths for the event type. The possible "
    "lengths are: "
)
MISSING_PHONE = (
    'Missing attendee phone number - it is required by the event type. Pass it as "attendee.phoneNumber" '
    "string in the request."
)
NEEDS_AUTHENTICATION = (
    "checkBookingRequiresAuthentication - request must be authenticated by passing credentials belonging to "
    "event type owner, host or team or org admin or owner."
)
NOT_ALLOWED = (
    "checkBookingRequiresAuthentication - user is not authorized to access this event type. User has to be "
    "either event type owner, host, team admin or owner or org admin or owner."
)
METADATA = (
    "Metadata must have at most 50 keys, each key up to 40 characters, and string values up to 500 "
    "characters."
)
NO_CONTACT = "Attendee must have at least one contact method (email or phone number)"
NO_EVENT_TYPE = "Either eventTypeId or eventTypeSlug + username or eventTypeSlug + teamSlug must be provided"

REASON_NEEDED = "Cancellation reason is required when you are the host"
ALREADY_ENDED = "Cannot cancel a booking that has already ended"
NO_CANCELLING = "This event type does not allow cancellations"
NO_RESCHEDULING = "This event type does not allow rescheduling"  # inferred
NO_PAST_RESCHEDULING = "Cannot reschedule a booking that has already ended"  # inferred

RESERVED = "This time slot is already reserved by another user. Please choose a different time."
BOOKED = "Can't reserve a slot if the event is already booked."
RESERVING_NEEDS_KEY = (
    "reservationDuration can only be used for authenticated requests - use access token, api key or OAuth "
    "credentials"
)
RESERVING_NOT_ALLOWED = (
    "authenticated user is not owner of event type, does not have memberships in common with owner of the "
    "event type, nor does belong to event type's team or org."
)
NO_VARIABLE_LENGTH = "You passed 'slotDuration' but this event type is not a variable length event type."
WRONG_SLOT_LENGTH = (
    "Provided 'slotDuration' is not one of the possible lengths for the event type. The possible lengths for "
    "this variable length event type are: "
)
RESERVING_NEEDS_HOSTS = "Cannot reserve a slot for a team event without any hosts"
NO_ZONE = "Either timeZone or loggedInUsersTz must be provided"
FOREIGN_CREDENTIALS = "These credentials do not belong to you"

BAD_RANGE = "Invalid time range given - check the 'start' and 'end' query parameters."
BAD_STATUS = "Invalid status. Allowed are upcoming, recurring, past, cancelled, unconfirmed"
SERVER_ERROR = "Internal server error"
V1_GONE = "API v1 has been discontinued. Please migrate to API v2."  # inferred: only the status 410 is known


def cancelled_already(uid: str) -> str:
    """Return the refusal of a second cancel."""
    return (
        f"Can't cancel booking with uid={uid} because it has been cancelled already. Please provide uid of a "
        "booking that is not cancelled."
    )


def reschedule_cancelled(uid: str) -> str:
    """Return the refusal to move a cancelled booking."""
    return (
        f"Can't reschedule booking with uid={uid} because it has been cancelled. Please provide uid of a "
        "booking that is not cancelled."
    )


def reschedule_moved(old: str, new: str) -> str:
    """Return the refusal to move a booking that was moved before."""
    return (
        f"Can't reschedule booking with uid={old} because it has been cancelled and rescheduled already to "
        f"booking with uid={new}. You probably want to reschedule {new} instead by passing it within the "
        "request URL."
    )


def missing_response(slug: str, event_type_id: int) -> str:
    """Return the refusal for a required custom field without an answer."""
    return (
        f"Missing required booking field response: {slug} - it is required by the event type booking fields, "
        f"but missing in the bookingFieldsResponses. You can fetch the event type with ID {event_type_id} to "
        "see the required fields."
    )


def managed_parent(event_type_id: int) -> str:
    """Return the refusal to book the parent of managed event types."""
    return (
        f"Event type with id={event_type_id} is the parent managed event type that can't be booked. You have "
        "to provide the child event type id aka id of event type that has been assigned to one of the users."
    )


def no_hosts(event_type_id: int, team_id: int) -> str:
    """Return the refusal to book a team event type without hosts."""
    return (
        "Can't book this team event type because it has no hosts. Please, add at least 1 host to event type "
        f"with id={event_type_id} belonging to team with id={team_id} and try again."
    )


def wrong_location(kind: str, event_type_id: int, allowed: str) -> str:
    """Return the refusal of a location the event type does not offer."""
    return (
        f"Booking location with type {kind} not valid for event type with id={event_type_id}. The event type "
        f"has following location types: {allowed}, and only these types are allowed for booking location."
    )


def wrong_integration(name: str, event_type_id: int, allowed: str) -> str:
    """Return the refusal of a conferencing app the event type does not offer."""
    return (
        f"Booking location with integration {name} not valid for event type with id={event_type_id}. The "
        f"event type has following integrations: {allowed}, and only these integrations are allowed for "
        "booking location."
    )
