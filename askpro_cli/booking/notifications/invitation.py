"""The calendar entry beside a mail (RFC 5545, sent by the rules of RFC 5546)."""

from __future__ import annotations

from datetime import UTC

from icalendar import Calendar, Event, vCalAddress, vText

from askpro_cli.base.times import is_repeated
from askpro_cli.booking.notifications.letter import Letter
from askpro_cli.booking.notifications.zone_rules import zone_component

PRODUCT = "-//askpro//appointments//EN"

_PLAIN = str.maketrans({'"': "'", "\\": "/", "^": "'"})
"""RFC 5545 (3.2) has no way to write a quotation mark in a parameter; RFC 6868 and habit have two."""


def method(letter: Letter) -> str:
    """Return what the mail asks a calendar to do: ``REQUEST`` (enter or update) or ``CANCEL``."""
    return "CANCEL" if letter.kind == "cancellation" else "REQUEST"


def invitation(letter: Letter, organizer: str) -> bytes:
    """Return the calendar file of a mail, in UTF-8 with its lines folded.

    Args:
        letter: what the mail says.
        organizer: the address of who invites.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method(letter))
    if not _in_utc(letter):
        calendar.add_component(zone_component(letter.zone, letter.span.start))
    calendar.add_component(_event(letter, organizer))
    written: bytes = calendar.to_ical()
    return written


def _in_utc(letter: Letter) -> bool:
    """Tell whether times go into the file in UTC: a local one would not say which of two it means."""
    offset = letter.span.start.astimezone(letter.zone).tzname()
    repeated = any(is_repeated(one, letter.zone) for one in (letter.span.start, letter.span.end))
    return repeated or letter.zone.key == "UTC" or offset == "UTC"


def _event(letter: Letter, organizer: str) -> Event:
    event = Event()
    event.add("uid", letter.calendar_uid)
    event.add("dtstamp", letter.written.astimezone(UTC).replace(microsecond=0))
    zone = UTC if _in_utc(letter) else letter.zone
    event.add("dtstart", letter.span.start.astimezone(zone))
    event.add("dtend", letter.span.end.astimezone(zone))
    event.add("sequence", letter.sequence)
    event.add("status", "CANCELLED" if method(letter) == "CANCEL" else "CONFIRMED")
    event.add("summary", letter.summary, parameters={"language": letter.language})
    if letter.notes:
        event.add("description", letter.notes)
    if letter.place:
        event.add("location", letter.place)
    event.add("transp", "OPAQUE")
    event.add("organizer", _person(organizer, letter.company))
    event.add("attendee", _attendee(letter), encode=False)
    return event


def _attendee(letter: Letter) -> vCalAddress:
    """Return the customer, who has agreed already, on the phone: no answer is asked for."""
    attendee = _person(letter.recipient, letter.customer)
    attendee.params["cutype"] = vText("INDIVIDUAL")
    attendee.params["role"] = vText("REQ-PARTICIPANT")
    attendee.params["partstat"] = vText("ACCEPTED")
    attendee.params["rsvp"] = vText("FALSE")
    return attendee


def _person(address: str, name: str) -> vCalAddress:
    """Return a calendar's person, named without the signs that calendars do not agree how to read there."""
    person = vCalAddress(f"mailto:{address}")
    person.params["cn"] = vText(name.translate(_PLAIN))
    return person
