"""The vendor's texts about seats, series, people and hosts of bookings, word for word.

Sources as in `messages`; what is marked (inferred) was not found there.
"""

from __future__ import annotations

TOO_MANY_OCCURRENCES = "Provided recurrence count is higher than the event type's recurring event count."
NO_SEATS = "No more seats left at this seated booking."
SEATS_FULL = "booking_seats_full_error"
ALREADY_SIGNED_UP = "already_signed_up_for_this_booking_error"
INSTANT_FOR_TEAMS = (
    "Instant bookings are only supported for team event types, not individual user event types."
)

NO_SUCH_SEAT = "Invalid seatUid: this seat does not exist or has already been cancelled."
SEAT_ELSEWHERE = "Invalid seatUid: this seat does not belong to this booking."
NO_HOST_YET = "User not found"
NOT_A_HOST = "User not a host of this event or an admin of the booking user"
SUBSEQUENT_OF_SERIES = (
    "Cannot cancel subsequent bookings for recurring event - you have to provide uid of one of the "
    "individual bookings of a recurring booking."
)

NOT_TO_CONFIRM = "User is not authorized to confirm this booking"
CONFIRMED_ALREADY = "Booking already confirmed"

NOT_TO_REASSIGN = "You do not have permission to reassign this booking"
NO_OTHER_HOST = "Can't reassign the booking because no other host is available at that time."
NOT_TO_MOVE_PLACE = (
    "User is not authorized to update this booking location. User must be the event type owner, host, team "
    "admin or owner, or org admin or owner."
)
NOT_TO_ADD_GUESTS = "you_do_not_have_permission"
NO_NEW_GUESTS = "emails_must_be_unique_valid"
ABSENCE_FAILED = "Failed to update no-show status"


def unknown_booking(uid: str) -> str:
    """Return the 404 of showing and changing a booking."""
    return f"Booking with uid={uid} was not found in the database"


def unknown_seat(seat_uid: str) -> str:
    """Return the 404 of showing a booking by a seat."""
    return f"Booking with seatUid={seat_uid} was not found in the database"


def not_in_booking(email: str, uid: str, seat_uid: str) -> str:
    """Return the 404 of moving a seat that is in another booking."""
    return f"Attendee with e-mail {email} for booking with uid={uid} and seatUid={seat_uid} not found"


def seat_needed(uid: str) -> str:
    """Return the refusal to move a seated booking as a whole."""
    return (
        f"Booking with uid={uid} is a seated booking which means you have to provide seatUid in the request "
        "body to specify which seat specifically you want to reschedule. First, fetch the booking using the "
        "GET /v2/bookings/{uid} endpoint and then within the attendees array you will find the seatUid of "
        "the booking you want to reschedule. Second, provide the seatUid in the request body to specify "
        "which seat specifically you want to reschedule using the POST /v2/bookings/{uid}/reschedule "
        "endpoint."
    )


def not_recurring(uid: str) -> str:
    """Return the refusal to cancel what comes after a booking that nothing comes after."""
    return f"Booking with bookingUid={uid} is not part of a recurring booking."


def not_begun(now: str, start: str) -> str:
    """Return the refusal to mark somebody absent before the booking starts; both in UTC."""
    return (
        "Bookings can only be marked as absent after their scheduled start time. Current time in UTC+0: "
        f"{now}, Booking start time in UTC+0: {start}"
    )


def not_a_host_of_it(user_id: int) -> str:
    """Return the refusal to give a booking to somebody who is no round-robin host of it."""
    return (
        f"User with id={user_id} is not a valid Round Robin host - the user to which you reassign this "
        "booking must be one of the booking hosts. Fetch the booking using following endpoint and select id "
        "of one of the hosts: https://cal.com/docs/api-reference/v2/bookings/get-a-booking"
    )


def no_access(user_id: int, uid: str) -> str:
    """Return the guard's refusal to show or change the attendees of somebody else's booking."""
    return f"BookingPbacGuard - user with id={user_id} does not have access to booking with uid={uid}"


def too_many_guests(new: int, present: int, most: int) -> str:
    """Return the refusal of more guests than a booking takes."""
    return (
        f"Cannot add {new} guests. This booking already has {present} attendees. Maximum total guests "
        f"allowed is {most}. You can add up to {max(0, most - present)} more guests."
    )


def guests_disabled(title: str, event_type_id: int) -> str:
    """Return the refusal of guests where the event type takes none."""
    return (
        f'Cannot add guests to this booking. The guests field is disabled for event type "{title}" (ID: '
        f"{event_type_id}). Please contact the event organizer to enable guest additions."
    )


def no_location_value(kind: str) -> str:
    """Return the refusal of a location without its value."""
    return f"Missing or invalid location value for type: {kind}"
