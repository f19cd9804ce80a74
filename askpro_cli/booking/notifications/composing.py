"""A mail in its form: text, HTML and calendar entry side by side, and the entry once more as a file.

Nothing in it is fetched from anywhere: no picture, no font, no link but the way to call or write.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import NamedTuple

from askpro_cli.booking.notifications.invitation import invitation, method
from askpro_cli.booking.notifications.letter import Letter, one_line

_STYLE = "font-family: sans-serif; font-size: 16px; line-height: 1.5; max-width: 40em"
_CELL = 'style="text-align: left; vertical-align: top; padding: 2px 16px 2px 0"'


class Sender(NamedTuple):
    """Who our mails come from.

    Args:
        address: the address, ASCII.
        name: beside it; None for the company's name.
    """

    address: str
    name: str | None = None


def compose(letter: Letter, sender: Sender, now: datetime) -> EmailMessage:
    """Return the mail as it goes over the wire.

    Args:
        letter: what it says.
        sender: who it comes from.
        now: its date; every other part is the same at every try.
    """
    message = EmailMessage(policy=SMTP)
    _head(message, letter, sender, now)
    message.set_content(text_body(letter), cte="quoted-printable")
    message.add_alternative(html_body(letter), subtype="html", cte="quoted-printable")
    entry = invitation(letter, letter.reply_to or sender.address)
    # Mail programs show the invitation where it is an alternative; others offer the file.
    message.add_alternative(
        entry, "text", "calendar", cte="base64", params={"method": method(letter), "charset": "utf-8"}
    )
    message.add_attachment(entry, maintype="application", subtype="ics", filename=file_name(letter))
    message["Content-Language"] = letter.language  # now: every part added took such headers with it
    return message


def _head(message: EmailMessage, letter: Letter, sender: Sender, now: datetime) -> None:
    message["From"] = _address(sender.address, one_line(sender.name or letter.company))
    message["To"] = _address(letter.recipient, letter.customer)
    if letter.reply_to and letter.reply_to != sender.address:
        message["Reply-To"] = _address(letter.reply_to, letter.company)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"  # holiday notices are not sent in answer to it (RFC 3834)


def _address(address: str, name: str) -> Address:
    return Address(display_name=name, addr_spec=address)


def file_name(letter: Letter) -> str:
    """Return the name of the calendar file."""
    return "cancel.ics" if method(letter) == "CANCEL" else "invite.ics"


def text_body(letter: Letter) -> str:
    """Return the mail as plain text."""
    width = max(len(label) for label, _ in letter.facts) + 1
    facts = "\n".join(f"  {label + ':':<{width}} {value}" for label, value in letter.facts)
    *paragraphs, closing = letter.closing
    parts = [letter.greeting, letter.intro, facts, *paragraphs, f"{closing}\n{letter.company}"]
    return "\n\n".join(parts) + "\n"


def html_body(letter: Letter) -> str:
    """Return the mail as HTML that reads well aloud: its language, a title, a table with row headings."""
    *paragraphs, closing = map(escape, letter.closing)
    inner = [
        f"<p>{escape(letter.greeting)}</p>",
        f"<p>{escape(letter.intro)}</p>",
        _table(letter.facts),
        *(f"<p>{paragraph}</p>" for paragraph in paragraphs),
        f"<p>{closing}<br>{escape(letter.company)}</p>",
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{letter.language}">\n<head><meta charset="utf-8">'
        f"<title>{escape(letter.subject)}</title></head>\n"
        f'<body style="{_STYLE}">\n' + "\n".join(inner) + "\n</body>\n</html>\n"
    )


def _table(facts: Sequence[tuple[str, str]]) -> str:
    rows = (
        f'<tr><th scope="row" {_CELL}>{escape(label)}</th><td {_CELL}>{escape(value)}</td></tr>'
        for label, value in facts
    )
    return "<table>\n" + "\n".join(rows) + "\n</table>"
