"""A mail before it has a form: who writes to whom, and every sentence of it, in one language.

Names come from callers and operators, so each is made one printable line here, once, for text, HTML and
calendar alike; how each of those escapes it is their own affair.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.base.errors import InvalidValueError, RefusedError
from askpro_cli.base.times import Interval, get_zone, parse_wire
from askpro_cli.booking.notifications.texts import date_text, phone_text, span_text, texts
from askpro_cli.platform.schema import Notification

_LONGEST = 200  # characters of a name; a subject or a calendar's line needs no more
_TURNING = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)  # turn the direction of what follows
_UNPRINTABLE = frozenset({"Cc", "Cs"})  # control characters, halves of characters


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says.

    Args:
        kind: ``confirmation``, ``change`` or ``cancellation``.
        language: of every sentence.
        subject: one line.
        greeting: the first line.
        intro: the sentence before the facts.
        facts: label and value of what the person has to know, in order.
        closing: the paragraphs after the facts.
        recipient: the address it goes to.
        customer: the name of whom it goes to.
        company: the name of whose appointment it is.
        reply_to: the company's own address, where it has one.
        summary: the appointment in a calendar.
        notes: the facts that a calendar does not show by itself, a line each.
        place: where it is, in a calendar.
        span: when the appointment is (or was, when it was cancelled).
        zone: in which its times are shown.
        calendar_uid: of its calendar entry.
        sequence: of the calendar entry: higher is newer.
        message_id: with its angle brackets.
        written: when the mail was put into the outbox, UTC.
    """

    kind: str
    language: str
    subject: str
    greeting: str
    intro: str
    facts: tuple[tuple[str, str], ...]
    closing: tuple[str, ...]
    recipient: str
    customer: str
    company: str
    reply_to: str | None
    summary: str
    notes: str
    place: str | None
    span: Interval
    zone: ZoneInfo
    calendar_uid: str
    sequence: int
    message_id: str
    written: datetime


def write_letter(mail: Notification) -> Letter:
    """Return what a mail of the outbox says.

    Raises:
        RefusedError: its address or its contents were erased.
        InvalidValueError: the zone of its branch or company is none, or the row lacks a fact.
    """
    try:
        return _written(mail)
    except KeyError as error:
        message = f"mail {mail.id} lacks {error}"
        raise InvalidValueError(message, subject=str(mail.id)) from error


def _written(mail: Notification) -> Letter:
    """Return the letter; KeyError names a fact that the row lacks."""
    if mail.recipient is None or mail.payload is None:
        raise RefusedError(f"mail {mail.id} was erased", subject=str(mail.id))
    words = texts(mail.language)
    known = _known(mail.payload)
    zone = get_zone(known["timezone"])
    span = Interval(parse_wire(known["starts_at"]), parse_wire(known["ends_at"]))
    service = known.get("service") or words["appointment"]
    said = {**known, "service": service, "date": date_text(span.start, zone, words)}
    own = words[mail.kind]
    phone = known.get("phone")
    contact = [words["contact"].format(phone=phone)] if phone else []
    return Letter(
        kind=mail.kind,
        language=mail.language,
        subject=own["subject"].format(**said),
        greeting=words["greeting"].format(**said).replace(" ,", ","),  # somebody without a name
        intro=own["intro"].format(**said),
        facts=tuple(_facts(known, span, zone, words)),
        closing=(own["outro"], *contact, words["closing"]),
        recipient=mail.recipient,
        customer=known["customer"],
        company=known["company"],
        reply_to=known.get("company_email"),
        summary=f"{service}, {known['company']}",
        notes=_notes(known, words),
        place=", ".join(part for part in (known.get("branch"), known.get("address")) if part) or None,
        span=span,
        zone=zone,
        calendar_uid=known["calendar_uid"],
        sequence=mail.sequence,
        message_id=mail.message_id,
        written=mail.created_at,
    )


def _known(payload: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts of a mail that are known, each on one line."""
    known = {name: one_line(value) for name, value in payload.items() if isinstance(value, str)}
    if "phone" in known:
        known["phone"] = phone_text(known["phone"])
    return known


def _facts(
    known: Mapping[str, str], span: Interval, zone: ZoneInfo, words: dict[str, Any]
) -> list[tuple[str, str]]:
    """Return label and value of everything that is known."""
    shown = {"service": known.get("service"), "when": span_text(span, zone, words)}
    if "previous_starts_at" in known:
        before = Interval(parse_wire(known["previous_starts_at"]), parse_wire(known["previous_ends_at"]))
        shown["previous"] = span_text(before, zone, words)
    shown |= {name: known.get(name) for name in ("staff", "branch", "address", "phone")}
    return [(words["labels"][name], value) for name, value in shown.items() if value]


def _notes(known: Mapping[str, str], words: dict[str, Any]) -> str:
    shown = {name: known.get(name) for name in ("service", "staff", "phone")}
    return "\n".join(f"{words['labels'][name]}: {value}" for name, value in shown.items() if value)


def one_line(text: str) -> str:
    """Return a name as one line without control characters and without what turns text around."""
    visible = "".join(char for char in text if char.isspace() or not _is_hidden(char))
    return " ".join(visible.split())[:_LONGEST].strip()


def _is_hidden(char: str) -> bool:
    return char in _TURNING or unicodedata.category(char) in _UNPRINTABLE
