"""What Cal.com calls its events, what each says of a booking's status, and which concern no booking of ours.

Source: the enum of API V2's description (March 2026) and the vendor's documented bodies. The names in the
description's own example list (``BOOKING_CONFIRMED``, ``BOOKING_COMPLETED``) and names with dots
(``BOOKING.CREATED``) are sent by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping

ACCEPTED = "accepted"
PENDING = "pending"
AWAITING_HOST = "awaiting_host"
REJECTED = "rejected"
CANCELLED = "cancelled"
STATUSES = frozenset({ACCEPTED, PENDING, AWAITING_HOST, REJECTED, CANCELLED})
"""The vendor's words for a booking's status, in lower case."""

CANCELLED_EVENT = "BOOKING_CANCELLED"
NO_SHOW_EVENT = "BOOKING_NO_SHOW_UPDATED"
MEETING_STARTED = "MEETING_STARTED"
MEETING_ENDED = "MEETING_ENDED"
PAYMENT_INITIATED = "BOOKING_PAYMENT_INITIATED"
PAID = "BOOKING_PAID"
OUT_OF_OFFICE = "OOO_CREATED"

FLAT = frozenset({MEETING_STARTED, MEETING_ENDED})
"""Their bodies are the booking itself, as it was when the meeting was planned; others wrap it."""

SAYS: Mapping[str, str] = {
    "BOOKING_REQUESTED": PENDING,
    PAYMENT_INITIATED: PENDING,
    "BOOKING_REJECTED": REJECTED,
    CANCELLED_EVENT: CANCELLED,
}
"""Triggers that say a booking's status whatever their body says: one that waits for its payment says
``ACCEPTED`` and is not."""

TELLS: Mapping[str, str] = {
    "BOOKING_CREATED": ACCEPTED,
    "BOOKING_RESCHEDULED": ACCEPTED,
    PAID: ACCEPTED,
    MEETING_STARTED: ACCEPTED,
    MEETING_ENDED: ACCEPTED,
}
"""Triggers whose body says the status, and what they mean where it does not."""

HANDLED = frozenset({*SAYS, *TELLS, NO_SHOW_EVENT})
"""The triggers that concern bookings."""

CHANGES_SLOTS = HANDLED - FLAT - {NO_SHOW_EVENT}
"""After these, other times are free than before."""

_VIDEO = "who joins a video call marks no appointment; BOOKING_NO_SHOW_UPDATED does"

IGNORED: Mapping[str, str] = {
    "PING": "a test of the connection",
    "FORM_SUBMITTED": "a form, not a booking",
    "FORM_SUBMITTED_NO_EVENT": "a form, not a booking",
    "ROUTING_FORM_FALLBACK_HIT": "a form, not a booking",
    "RECORDING_READY": "a recording changes no appointment",
    "RECORDING_TRANSCRIPTION_GENERATED": "a transcript changes no appointment",
    "INSTANT_MEETING": "an instant meeting has no host yet",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW": _VIDEO,
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW": _VIDEO,
    "DELEGATION_CREDENTIAL_ERROR": "an account of Cal.com's, not a booking",
    "WRONG_ASSIGNMENT_REPORT": "a report to the organisation, which changes no booking",
    OUT_OF_OFFICE: "an absence changes no booking; cached times were dropped",
}
"""Triggers that change no row, and why."""


def why_ignored(trigger: str) -> str | None:
    """Return why events called *trigger* change no row; None for those that are handled."""
    if trigger in HANDLED:
        return None
    return IGNORED.get(trigger, "no event of Cal.com that askpro knows")
