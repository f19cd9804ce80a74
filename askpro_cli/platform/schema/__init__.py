"""The tables of the platform, one model a table; importing this package knows them all."""

from __future__ import annotations

from askpro_cli.platform.schema.access import ApiRequest, ApiToken
from askpro_cli.platform.schema.activity import Activity
from askpro_cli.platform.schema.appointments import Appointment, CalcomBooking
from askpro_cli.platform.schema.base import Base, Instant, OfCompany, Stamped
from askpro_cli.platform.schema.calls import Call
from askpro_cli.platform.schema.companies import Branch, Company, PhoneNumber, User
from askpro_cli.platform.schema.customers import Customer
from askpro_cli.platform.schema.notifications import Notification
from askpro_cli.platform.schema.replays import ReplayItem, ReplayJob
from askpro_cli.platform.schema.services import BranchService, CalcomEventType, Service
from askpro_cli.platform.schema.staff import ServiceStaff, Staff, StaffEventType, WorkingHours
from askpro_cli.platform.schema.webhooks import (
    WebhookAttempt,
    WebhookConflict,
    WebhookEffect,
    WebhookEvent,
    WebhookRejection,
)

__all__ = [
    "Activity",
    "ApiRequest",
    "ApiToken",
    "Appointment",
    "Base",
    "Branch",
    "BranchService",
    "CalcomBooking",
    "CalcomEventType",
    "Call",
    "Company",
    "Customer",
    "Instant",
    "Notification",
    "OfCompany",
    "PhoneNumber",
    "ReplayItem",
    "ReplayJob",
    "Service",
    "ServiceStaff",
    "Staff",
    "StaffEventType",
    "Stamped",
    "User",
    "WebhookAttempt",
    "WebhookConflict",
    "WebhookEffect",
    "WebhookEvent",
    "WebhookRejection",
    "WorkingHours",
]
