"""What stands in the outbox after an appointment was made, moved or cancelled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.mailing import START, furnish, outbox_rows, queued, with_appointment

from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Activity, Appointment, Company, Customer
from askpro_cli.platform.tenancy import TenantSession


def test_a_mail_says_what_was_true_when_it_was_written(platform: Records) -> None:
    salon = furnish(platform)
    mail = queued(salon)
    assert mail is not None
    with_appointment(salon, _rename)
    (kept,) = outbox_rows(salon)
    assert kept.payload is not None
    assert kept.payload["customer"] == "Anna Schmidt"
    assert kept.payload["address"] == "Musterweg 1, 10115 Berlin"
    assert kept.payload["starts_at"] == "2026-11-26T09:30:00Z"
    assert (kept.recipient, kept.status, kept.sequence, kept.language) == (
        "anna@example.org",
        "pending",
        0,
        "de",
    )


def _rename(session: TenantSession, appointment: Appointment) -> None:
    session.get_one(Customer, appointment.customer_id).name = "Anna Neu"
    appointment.starts_at = START + timedelta(days=1)
    appointment.ends_at = START + timedelta(days=1, hours=1)


def test_a_newer_mail_takes_the_place_of_one_that_did_not_go_out(platform: Records) -> None:
    salon = furnish(platform)
    for kind in ("confirmation", "change", "cancellation"):
        queued(salon, kind)
    assert [(row.kind, row.status, row.sequence) for row in outbox_rows(salon)] == [
        ("confirmation", "skipped", 0),
        ("change", "skipped", 1),
        ("cancellation", "pending", 2),
    ]


def test_mails_of_one_appointment_share_its_calendar_entry_and_nothing_else(platform: Records) -> None:
    salon = furnish(platform)
    queued(salon)
    queued(salon, "change")
    first, second = outbox_rows(salon)
    assert first.payload is not None
    assert second.payload is not None
    assert first.payload["calendar_uid"] == second.payload["calendar_uid"]
    assert first.message_id != second.message_id
    assert second.message_id.endswith("@salon.example.org>")


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("email", None, "the customer has no e-mail address"),
        ("email", "anna@example.org\r\nBcc: otto@example.org", "the customer's e-mail address is malformed"),
    ],
)
def test_a_customer_who_cannot_be_reached_gets_none_and_the_reason_is_kept(
    embedded: Records, field: str, value: str | None, reason: str
) -> None:
    salon = furnish(embedded, **{field: value})
    assert queued(salon) is None
    assert outbox_rows(salon) == []
    assert _told(salon) == [f"no confirmation is sent: {reason}"]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("calcom_handles_notifications", True, "Cal.com sends the mails of this company"),
        ("send_booking_confirmations", False, "this company sends no confirmations"),
    ],
)
def test_a_company_that_sends_none_says_why(
    embedded: Records, field: str, value: object, reason: str
) -> None:
    salon = furnish(embedded)
    salon.run_in_transaction(lambda session: setattr(session.scalars(select(Company)).one(), field, value))
    assert queued(salon) is None
    assert _told(salon) == [f"no confirmation is sent: {reason}"]


def _told(records: Records) -> list[str]:
    return records.run_in_transaction(lambda session: list(session.scalars(select(Activity.description))))


def test_the_language_is_the_customers_and_else_german(embedded: Records) -> None:
    salon = furnish(embedded, preferred_language="en-GB")
    queued(salon)
    with_appointment(salon, lambda session, one: _speak(session, one, "tr"))
    queued(salon, "change")
    assert [row.language for row in outbox_rows(salon)] == ["en", "de"]


def _speak(session: TenantSession, appointment: Appointment, language: str) -> None:
    session.get_one(Customer, appointment.customer_id).preferred_language = language
