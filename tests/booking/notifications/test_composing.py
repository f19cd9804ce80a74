"""What a mail looks like to its reader, to a mail program and to a calendar."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.shipped import shipped_path
from askpro_cli.booking.notifications.composing import Sender, compose, html_body, text_body
from askpro_cli.booking.notifications.contents import LANGUAGES
from askpro_cli.booking.notifications.invitation import invitation
from askpro_cli.booking.notifications.letter import Letter, one_line, write_letter
from askpro_cli.booking.notifications.outbox import Kind
from askpro_cli.booking.notifications.zone_rules import zone_component
from askpro_cli.platform.schema import Notification

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SENDER = Sender("termine@example.org")
TOLD = {
    "company": "Salon Beispiel",
    "company_email": "post@salon.example.org",
    "customer": "Anna Schmidt",
    "service": "Herrenhaarschnitt",
    "staff": "Lea Muster",
    "branch": "Mitte",
    "phone": "+493023125001",
    "address": "Musterweg 1, 10115 Berlin",
    "starts_at": "2026-11-26T09:30:00Z",
    "ends_at": "2026-11-26T10:15:00Z",
    "timezone": "Europe/Berlin",
    "calendar_uid": "askpro-salon-1-0123456789ab",
}
HOSTILE = 'Anna\r\nBcc: otto@example.org\n\n<b onclick="x()">,;:\\ "O\'Neill" ß 李 \u202e'


def letter(kind: Kind = "confirmation", language: str = "de", sequence: int = 0, **told: Any) -> Letter:
    """Return what a mail of the outbox says."""
    return write_letter(
        Notification(
            id=1,
            kind=kind,
            recipient="anna@example.org",
            language=language,
            message_id="<salon.1.0123456789abcdef@salon.example.org>",
            sequence=sequence,
            payload=TOLD | told,
            created_at=NOW,
        )
    )


def parsed(written: Letter) -> EmailMessage:
    """Return the mail as a mail program reads it."""
    message = message_from_bytes(compose(written, SENDER, NOW).as_bytes(), policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def event_of(written: Letter) -> Any:
    """Return the calendar entry as a calendar reads it."""
    (event,) = Calendar.from_ical(invitation(written, "post@salon.example.org").decode()).walk("VEVENT")
    return event


def test_both_languages_have_the_same_words() -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(one) for key, one in value.items()}
        return len(value) if isinstance(value, list) else sorted(re.findall(r"{(\w+)", str(value)))

    german, english = (
        yaml.safe_load(shipped_path(f"mail.{language}.yaml").read_text(encoding="utf-8"))
        for language in LANGUAGES
    )
    assert shape(german) == shape(english)


@pytest.mark.parametrize(
    ("kind", "language", "subject", "sentence"),
    [
        ("confirmation", "de", "Terminbestätigung: {} am Donnerstag, 26. November 2026", "ist gebucht"),
        ("change", "de", "Neuer Termin: {} am Donnerstag, 26. November 2026", "wurde verschoben"),
        ("cancellation", "de", "Termin abgesagt: {} am Donnerstag, 26. November 2026", "wurde abgesagt"),
        ("confirmation", "en", "Appointment confirmed: {} on Thursday, 26 November 2026", "is booked"),
        ("change", "en", "Appointment moved: {} on Thursday, 26 November 2026", "was moved"),
        ("cancellation", "en", "Appointment cancelled: {} on Thursday, 26 November 2026", "was cancelled"),
    ],
)
def test_each_mail_speaks_its_language(kind: Kind, language: str, subject: str, sentence: str) -> None:
    written = letter(kind, language)
    assert parsed(written)["Subject"].strip() == subject.format("Herrenhaarschnitt")
    for body in (text_body(written), html_body(written)):
        assert sentence in body
        assert "Musterweg 1, 10115 Berlin" in body


def test_times_are_those_of_the_branch_and_a_move_tells_both() -> None:
    moved = letter(
        "change", previous_starts_at="2026-07-01T08:00:00Z", previous_ends_at="2026-07-01T08:45:00Z"
    )
    text = text_body(moved)
    assert "Termin:   Donnerstag, 26. November 2026, 10:30 bis 11:15 Uhr" in text
    assert "Sie erreichen uns unter +49 30 23125001." in text
    assert "Bisher:   Mittwoch, 1. Juli 2026, 10:00 bis 10:45 Uhr" in text


def test_a_time_that_clocks_show_twice_says_which_one_it_is() -> None:
    night = letter(starts_at="2026-10-25T00:30:00Z", ends_at="2026-10-25T01:30:00Z")
    assert "02:30 (UTC+2) bis 02:30 (UTC+1) Uhr" in text_body(night)
    event = event_of(night)
    assert event["DTSTART"].to_ical() == b"20261025T003000Z"
    assert event["DTEND"].to_ical() == b"20261025T013000Z"


def test_an_appointment_over_midnight_names_both_days() -> None:
    late = letter(language="en", starts_at="2026-11-26T22:30:00Z", ends_at="2026-11-26T23:30:00Z")
    assert "Thursday, 26 November 2026, 23:30 to Friday, 27 November 2026, 00:30" in text_body(late)


def test_a_mail_without_service_staff_or_place_is_still_one() -> None:
    bare = letter(service=None, staff=None, branch=None, address=None, phone=None, company_email=None)
    text = text_body(bare)
    assert "None" not in text + html_body(bare)
    assert "Mitte" not in text
    assert parsed(bare)["Reply-To"] is None
    assert parsed(letter(company_email=SENDER.address))["Reply-To"] is None  # it says nothing new


def test_who_has_no_name_is_greeted_all_the_same_and_an_endless_one_is_cut() -> None:
    assert text_body(letter(customer="")).startswith("Guten Tag,\n")
    assert len(letter(customer="Anna " * 100).customer) < 200 < len("Anna " * 100)


def test_a_mail_program_finds_text_html_invitation_and_a_file() -> None:
    message = parsed(letter("change", sequence=1))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    entry = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    assert (entry.get_param("method"), entry.get_param("charset")) == ("REQUEST", "utf-8")
    (file,) = message.iter_attachments()
    assert file.get_filename() == "invite.ics"
    assert file.get_content() == entry.get_payload(decode=True)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "de"


def test_html_fetches_nothing_and_is_well_formed() -> None:
    html = html_body(letter(customer=HOSTILE, company=HOSTILE, service=HOSTILE))
    assert not re.search(r"src=|href=|url\(|<script|<img|<link|<b ", html)
    assert html.startswith('<!DOCTYPE html>\n<html lang="de">')

    class Balance(HTMLParser):
        open: tuple[str, ...] = ()

        def handle_starttag(self, tag: str, _attrs: Any) -> None:
            self.open += () if tag in ("meta", "br") else (tag,)

        def handle_endtag(self, tag: str) -> None:
            assert self.open[-1] == tag
            self.open = self.open[:-1]

    reader = Balance()
    reader.feed(html)
    reader.close()
    assert reader.open == ()


def test_updates_and_the_cancellation_mean_the_same_entry() -> None:
    kinds: tuple[Kind, ...] = ("confirmation", "change", "cancellation")
    written = [letter(kind, sequence=number) for number, kind in enumerate(kinds)]
    events = [event_of(one) for one in written]
    assert {str(event["UID"]) for event in events} == {"askpro-salon-1-0123456789ab"}
    assert [int(event["SEQUENCE"]) for event in events] == [0, 1, 2]
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    methods = [
        str(Calendar.from_ical(invitation(one, "x@example.org").decode())["METHOD"]) for one in written
    ]
    assert methods == ["REQUEST", "REQUEST", "CANCEL"]


@pytest.mark.parametrize("kind", ["confirmation", "cancellation"])
def test_the_entry_has_what_rfc_5546_asks_for(kind: Kind) -> None:
    written = invitation(letter(kind, staff=HOSTILE), "post@salon.example.org")
    assert written.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert max(len(line) for line in written.split(b"\r\n")) <= 75
    event = event_of(letter(kind))
    for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "ATTENDEE", "SEQUENCE"):
        assert name in event, name
    assert event["DTSTAMP"].to_ical() == b"20261123T080000Z"
    assert event["DTSTART"].to_ical() == b"20261126T103000"
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert event["ORGANIZER"] == "mailto:post@salon.example.org"
    assert event["ATTENDEE"] == "mailto:anna@example.org"


def test_a_zone_that_is_none_is_told() -> None:
    with pytest.raises(InvalidValueError, match="Europa/Berlin"):
        letter(timezone="Europa/Berlin")


ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca")


@given(zone=st.sampled_from(ZONES), hours=st.integers(0, 24 * 365 * 10), nearby=st.integers(-8700, 8700))
@example(zone="Europe/Berlin", hours=24 * 87 + 1, nearby=0)  # the hour that spring skips begins
def test_the_zone_in_the_file_is_the_zone(zone: str, hours: int, nearby: int) -> None:
    """For a year on either side the file tells the offset of every instant."""
    around = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    instant = around + timedelta(hours=nearby)
    stretches: list[Any] = zone_component(ZoneInfo(zone), around).subcomponents
    latest = max((one for one in stretches if _onset(one) <= instant), key=_onset)
    assert latest["TZOFFSETTO"].td == instant.astimezone(ZoneInfo(zone)).utcoffset()


def _onset(stretch: Any) -> datetime:
    """Return when an observance begins: its DTSTART is told by the clock before (RFC 5545, 3.6.5)."""
    begins: datetime = stretch["DTSTART"].dt - stretch["TZOFFSETFROM"].td
    return begins.replace(tzinfo=UTC)


HEADERS = [
    "Auto-Submitted",
    "Content-Language",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Reply-To",
    "Subject",
    "To",
]
NAMES = st.text(max_size=300) | st.text(alphabet="\r\n\t,;:\\\"'<>=?@() \u2028\x00äß李🙂^", max_size=60)


@given(customer=NAMES, company=NAMES, service=NAMES, sender=NAMES)
@example(customer=HOSTILE, company=HOSTILE, service=HOSTILE, sender=HOSTILE)
def test_no_name_breaks_out_of_its_place(customer: str, company: str, service: str, sender: str) -> None:
    written = letter(customer=customer, company=company, service=service)
    message = message_from_bytes(
        compose(written, Sender("termine@example.org", sender), NOW).as_bytes(), policy=SMTP
    )
    assert sorted(message.keys()) == HEADERS
    assert "".join(message["Subject"].split()) == "".join(written.subject.split())
    assert [one.addr_spec for one in message["To"].addresses] == ["anna@example.org"]
    assert [one.addr_spec for one in message["From"].addresses] == ["termine@example.org"]
    event = event_of(written)
    assert event["ATTENDEE"] == "mailto:anna@example.org"
    assert event["ATTENDEE"].params.get("CN", "") == re.sub(r'["^]', "'", one_line(customer)).replace(
        "\\", "/"
    )
    assert str(event["SUMMARY"]) == written.summary
    lines = invitation(written, "x@example.org").split(b"\r\n")
    assert lines.count(b"BEGIN:VEVENT") == 1


@given(NAMES)
def test_a_name_is_one_printable_line(name: str) -> None:
    line = one_line(name)
    assert len(line.splitlines()) <= 1
    assert line == one_line(line)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line)
