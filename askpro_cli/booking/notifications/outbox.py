"""The outbox: a mail is a row, written in the transaction that made true what it says.

Nothing is sent here: ``askpro notifications send`` does that later, so no mail server can hold up a booking.
"""

from __future__ import annotations

import os
from typing import Any, Literal

from sqlalchemy import Row, update

from askpro_cli.booking.notifications.addressee import Addressee, Known, addressee_of, usable_address
from askpro_cli.booking.notifications.contents import LANGUAGES, contents_of, facts_of
from askpro_cli.platform.row_writing import add_row
from askpro_cli.platform.schema import Activity, Appointment, Notification
from askpro_cli.platform.tenancy import TenantSession

Kind = Literal["confirmation", "change", "cancellation"]

_NO_DOMAIN, _LONGEST_DOMAIN = "askpro.invalid", 90

SUPERSEDED = "a newer mail about the appointment took its place"


def queue(session: TenantSession, appointment: Appointment, kind: Kind, *, correlation_id: str) -> int | None:
    """Write the mail about an appointment that was made, moved or cancelled into the outbox.

    Call it in the transaction that completes the step, with the appointment's new times set. Older mails
    about it that have not gone out become ``skipped``: they say what is no longer so.

    Args:
        session: of the appointment's company.
        appointment: with its customer, branch, service and staff set, where it has any; locked.
        kind: what happened.
        correlation_id: of the run that did it.

    Returns:
        The key of the row; None where no mail is to be sent, which the activity log tells with the reason.
    """
    session.flush()
    facts = facts_of(session, appointment)
    if facts.mail_id is not None:
        _skip_older(session, appointment)
    addressee = addressee_of(appointment, _known(facts))
    reason = _reason_for_none(facts, addressee)
    if reason:
        _tell(session, appointment, f"no {kind} is sent: {reason}", correlation_id)
        return None
    contents = contents_of(facts, appointment, addressee.name)
    return add_row(
        session,
        Notification,
        appointment_id=appointment.id,
        customer_id=appointment.customer_id,
        kind=kind,
        recipient=addressee.address,
        language=_language(addressee.language),
        message_id=_message_id(appointment, facts),
        sequence=facts.sequence + 1 if facts.mail_id is not None else 0,
        payload=contents | (_previous(facts.payload, contents) if kind == "change" else {}),
        status="pending",
        correlation_id=correlation_id,
    )


def _known(facts: Row[Any]) -> Known | None:
    """Return whose appointment it is."""
    if facts.customer_id is None:
        return None
    return Known(facts.customer_name, facts.customer_email, facts.preferred_language)


def _reason_for_none(company: Row[Any], addressee: Addressee) -> str | None:
    """Return why nobody gets a mail, None when somebody does."""
    if company.calcom_handles_notifications:
        return "Cal.com sends the mails of this company"
    if not company.send_booking_confirmations:
        return "this company sends no confirmations"
    return addressee.reason


def _skip_older(session: TenantSession, appointment: Appointment) -> None:
    """Set aside what has not gone out; a mail that is being sent is seen to by its sender."""
    session.execute(
        update(Notification)
        .where(
            Notification.company_id == appointment.company_id,
            Notification.appointment_id == appointment.id,
            Notification.status == "pending",
        )
        .values(status="skipped", last_error=SUPERSEDED, next_attempt_at=None)
        .execution_options(synchronize_session="fetch")
    )


def _previous(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, str]:
    """Return the times that *now* replaces, as the mail before it told them; {} where they are the same."""
    told = before or now
    if told["starts_at"] == now["starts_at"]:
        return {}
    return {f"previous_{name}": told[name] for name in ("starts_at", "ends_at")}


def _language(preferred: str | None) -> str:
    """Return a language there are texts in: the customer's, or German."""
    short = (preferred or "").lower()[:2]
    return short if short in LANGUAGES else LANGUAGES[0]


def _message_id(appointment: Appointment, company: Row[Any]) -> str:
    """Return a Message-ID for all tries of a mail; it says which appointment, and nobody can guess it."""
    return f"<{company.slug}.{appointment.id}.{os.urandom(8).hex()}@{_domain(company)}>"


def _domain(company: Row[Any]) -> str:
    """Return the company's mail domain, or one that nobody owns where it has none that fits the column."""
    domain = (usable_address(company.email) or "").rpartition("@")[2]
    return domain if 0 < len(domain) <= _LONGEST_DOMAIN else _NO_DOMAIN


def _tell(session: TenantSession, appointment: Appointment, text: str, correlation_id: str) -> None:
    add_row(
        session,
        Activity,
        log_name="notifications",
        event="notification.not_queued",
        description=text,
        subject_type="appointment",
        subject_id=appointment.id,
        batch_uuid=correlation_id,
    )
