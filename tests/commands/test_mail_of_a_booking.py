"""From ``askpro book`` to the mail: what a customer gets over the life of an appointment."""

from __future__ import annotations

from typing import Any

from icalendar import Calendar
from support.salon import Salon
from support.smtp import Mail, MailSink


def _entry(mail: Mail) -> Any:
    (event,) = Calendar.from_ical(mail.part("text/calendar").decode()).walk("VEVENT")
    return event


def test_a_booking_its_move_and_its_cancellation_each_send_one_mail(
    salon: Salon, sqlite_seeded_url: str, mail_sink: MailSink
) -> None:
    salon.cli.env |= {
        "ASKPRO_DATABASE_URL": sqlite_seeded_url,
        "ASKPRO_COMPANY": "salon",
        "ASKPRO_MAIL_HOST": "127.0.0.1",
        "ASKPRO_MAIL_PORT": str(mail_sink.port),
        "ASKPRO_MAIL_SECURITY": "none",
        "ASKPRO_MAIL_FROM": "termine@example.org",
    }
    who = ("--name", "Anna Schmidt", "--email", "anna@example.org", "--phone", "+491713920011")
    wish = ("--service", "Herrenhaarschnitt", "--branch", "mitte", "--start", "2026-11-26T10:00")
    number = salon("book", *wish, *who, "--json").ok().data["appointment"]["id"]
    salon("notifications", "send").ok()
    salon("reschedule", str(number), "--start", "2026-11-27T15:00").ok()
    salon("notifications", "send").ok()
    salon("cancel", str(number), "--reason", "ill", "--yes").ok()
    salon("notifications", "send").ok()
    assert [mail.message["Subject"].split(":")[0] for mail in mail_sink.mails] == [
        "Terminbestätigung",
        "Neuer Termin",
        "Termin abgesagt",
    ]
    entries = [_entry(mail) for mail in mail_sink.mails]
    assert len({str(entry["UID"]) for entry in entries}) == 1
    assert [int(entry["SEQUENCE"]) for entry in entries] == [0, 1, 2]
    assert [entry["DTSTART"].to_ical() for entry in entries] == [
        b"20261126T100000",
        b"20261127T150000",
        b"20261127T150000",
    ]
    assert b"Bisher:" in mail_sink.mails[1].part("text/plain")
