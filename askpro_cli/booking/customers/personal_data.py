"""Where a customer's data stands: each column that is wiped when it is erased, and why the others may stay.

A test compares this with the models, so that no new column is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from askpro_cli.platform.schema import (
    Activity,
    Appointment,
    Call,
    Customer,
    Notification,
    WebhookConflict,
    WebhookEvent,
    WebhookRejection,
)
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
    WebhookEvent: {"body": None},
    WebhookConflict: {"body": None},
    WebhookRejection: {"body": None},
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
    "webhook_events.source": "the name of a vendor",
    "webhook_events.event_type": "one of the vendor's words",
    "webhook_events.key_hash": "SHA-256 of vendors' keys",
    "webhook_events.dedup_key": "vendors' keys: it stays, so that nothing is handled again",
    "webhook_events.key_from": "the names of fields",
    "webhook_events.entity": "the vendor's key",
    "webhook_events.state": "a state of ours",
    "webhook_events.reason": "a sentence of ours without personal data",
    "webhook_events.company": "a company of ours",
    "webhook_events.secret_id": "where a secret is configured",
    "webhook_events.correlation_id": "of a request",
    "webhook_events.claim_id": "of a worker",
    "webhook_events.claimed_by": "of a worker",
    "webhook_events.client": "the vendor's address",
    "webhook_events.path": "a route of ours",
    "webhook_events.headers": "the vendor's: signature, program, time",
    "webhook_events.body_hash": "SHA-256",
    "webhook_conflicts.body_hash": "SHA-256",
    "webhook_conflicts.secret_id": "where a secret is configured",
    "webhook_conflicts.correlation_id": "of a request",
    "webhook_conflicts.client": "the vendor's address",
    "webhook_conflicts.headers": "the vendor's: signature, program, time",
    "webhook_rejected.fold_hash": "SHA-256",
    "webhook_rejected.source": "the name of a vendor",
    "webhook_rejected.cause": "one of our words",
    "webhook_rejected.detail": "a sentence of ours without personal data",
    "webhook_rejected.method": "of HTTP",
    "webhook_rejected.path": "a route of ours",
    "webhook_rejected.client": "the sender's address",
    "webhook_rejected.correlation_id": "of a request",
    "webhook_rejected.headers": "the sender's program",
}
"""Text and JSON columns of the same tables that hold nothing of a person, and what they hold."""

NOT_OF_CUSTOMERS: Mapping[str, str] = {
    "api_requests": "who asked the daemon what",
    "api_tokens": "who may ask the daemon",
    "branch_service": "what is offered where",
    "branches": "places of a company",
    "calcom_event_types": "what can be booked",
    "companies": "the tenants",
    "idempotency_keys": "SHA-256 of keys and contents, nothing of a person",
    "replay_items": "which events were replayed, and what became of it",
    "replay_jobs": "which replays were asked for",
    "phone_numbers": "the companies' own numbers",
    "service_staff": "who offers what",
    "services": "what is offered",
    "staff": "people of the company, not its customers",
    "staff_event_types": "who is booked by what",
    "users": "people who sign in, not customers",
    "webhook_attempts": "when an event was handled, and what became of it",
    "webhook_effects": "whose cached times are to be forgotten: people of the company",
    "working_hours": "when people work",
}
"""Tables in which no customer stands."""
