"""Where a customer's data stands: each column that is wiped when it is erased, and why the others may stay.

A test compares this with the models, so that no new column is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from askpro_cli.platform.schema import Activity, Appointment, Call, Customer, Notification
from askpro_cli.platform.schema.base import Base

ERASED_NAME = "erased"

WIPED: Mapping[type[Base], Mapping[str, Any]] = {
    Customer: {
        "name": ERASED_NAME,
        "phone": None,
        "phone_variants": None,
        "email": None,
        "notes": None,
        "tags": None,
    },
    Call: {
        "from_number": None,
        "to_number": None,
        "summary": None,
        "transcript": None,
        "recording_url": None,
        "raw": None,
    },
    Appointment: {
        "payload": None,
        "booking_metadata": None,
        "notes": None,
        "status_reason": None,
        "idempotency_key": None,
    },
    Notification: {"recipient": None, "payload": None, "last_error": None},
    Activity: {"properties": None, "description": ERASED_NAME},
}
"""What is written in place of a person's data, by model and column. Of a call's two numbers the company's own
stays; see ``erasing.py``."""

HARMLESS: Mapping[str, str] = {
    "customers.preferred_language": "de or en",
    "customers.status": "a state of ours",
    "calls.retell_call_id": "the vendor's key, with which the recording is erased there",
    "calls.retell_agent_id": "which agent answered",
    "calls.agent_version": "which agent answered",
    "calls.direction": "inbound or outbound",
    "calls.call_status": "one of the vendor's words",
    "calls.disconnection_reason": "one of the vendor's words",
    "calls.sentiment": "one of the vendor's words",
    "calls.detected_language": "de or en",
    "appointments.calcom_v2_booking_uid": "the vendor's key, with which the booking is erased there",
    "appointments.correlation_id": "of a run of ours",
    "appointments.status": "a state of ours",
    "appointments.source": "by which way it came",
    "appointments.lock_token": "of a run of ours",
    "calcom_bookings.calcom_uid": "the vendor's key",
    "calcom_bookings.rescheduled_from_uid": "the vendor's key",
    "calcom_bookings.status": "one of the vendor's words",
    "calcom_bookings.correlation_id": "of a run of ours",
    "calcom_bookings.told": "states and instants",
    "notifications.kind": "one of our words",
    "notifications.channel": "one of our words",
    "notifications.language": "de or en",
    "notifications.message_id": "made of keys and chance",
    "notifications.status": "a state of ours",
    "notifications.lock_token": "of a run of ours",
    "notifications.correlation_id": "of a run of ours",
    "activity_log.log_name": "one of our words",
    "activity_log.event": "one of our words",
    "activity_log.subject_type": "the name of a table",
    "activity_log.causer_type": "the name of a table",
    "activity_log.batch_uuid": "of a run of ours",
}
"""Text and JSON columns of the same tables that hold nothing of a person, and what they hold."""

NOT_OF_CUSTOMERS: Mapping[str, str] = {
    "branch_service": "what is offered where",
    "branches": "places of a company",
    "calcom_event_types": "what can be booked",
    "companies": "the tenants",
    "idempotency_keys": "SHA-256 of keys and contents, nothing of a person",
    "phone_numbers": "the companies' own numbers",
    "service_staff": "who offers what",
    "services": "what is offered",
    "staff": "people of the company, not its customers",
    "staff_event_types": "who is booked by what",
    "users": "people who sign in, not customers",
    "working_hours": "when people work",
}
"""Tables in which no customer stands."""
