"""``askpro notifications preview``: a mail as its customer will see it, or as a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from askpro_cli.base.errors import ConfigError, InvalidValueError, UsageError
from askpro_cli.base.redaction import mask_email, mask_name
from askpro_cli.booking.notifications import mailbox
from askpro_cli.booking.notifications.composing import Sender, compose, html_body, text_body
from askpro_cli.booking.notifications.invitation import invitation
from askpro_cli.booking.notifications.letter import Letter, write_letter
from askpro_cli.shell.actions.records.mail_settings import sender_of
from askpro_cli.shell.actions.records.mail_tables import mail_view
from askpro_cli.shell.actions.records.notifications import outbox_meta, outbox_records
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.booking.notifications.mailbox import Listed
    from askpro_cli.shell.context import App

_NOBODY = "nobody@askpro.invalid"


def preview_mail(app: App, key: int, *, ics: bool, html: bool, save: str | None, reveal: bool) -> Result:
    """Return a mail as text, as HTML or as its calendar file, or save all of it.

    Who gets it is masked unless *reveal* is given; a saved mail never is, which is logged too.

    Raises:
        UsageError: two forms at once.
        NotFoundError: there is no such mail.
        RefusedError: it was erased.
        InvalidValueError: the file cannot be written, or is there already.
    """
    if sum((ics, html, save is not None)) > 1:
        raise UsageError("--ics, --html and --save exclude each other")
    one = outbox_records(app, read_only=True).run_in_transaction(
        lambda session: mailbox.listed(session, [mailbox.find_mail(session, key)])[0],
        context="look at a mail",
    )
    if reveal or save:
        app.log.event("personal_data_revealed", mails=[key])
    else:
        _mask(one)
    letter, sender = write_letter(one.mail), _sender(app, one)
    if save:
        _save(Path(save), compose(letter, sender, app.clock.now()).as_bytes())
    return Result(
        data={"mail": mail_view(one, reveal=reveal), "subject": letter.subject, "saved": save},
        text=None if save else _shown(letter, sender, ics=ics, html=html),
        messages=[f"saved as {save}; it names its customer"] if save else [],
        meta=outbox_meta(app),
    )


def _mask(one: Listed) -> None:
    """Mask who gets the mail; the row is detached, so nothing of this is stored."""
    mail = one.mail
    if mail.recipient is not None:
        mail.recipient = mask_email(mail.recipient)
    if mail.payload is not None:
        mail.payload = mail.payload | {"customer": mask_name(str(mail.payload.get("customer", "")))}


def _sender(app: App, one: Listed) -> Sender:
    """Return who it comes from; a preview needs no settings, and says so by its address."""
    try:
        return sender_of(app, one.company)
    except ConfigError as error:
        app.notice(error.message)
        return Sender(_NOBODY)


def _shown(letter: Letter, sender: Sender, *, ics: bool, html: bool) -> str:
    if ics:
        return invitation(letter, letter.reply_to or sender.address).decode().replace("\r\n", "\n")
    if html:
        return html_body(letter)
    head = (("From", sender.address), ("To", letter.recipient), ("Subject", letter.subject))
    lines = [f"{name}: {value}" for name, value in head]
    return "\n".join([*lines, f"Message-ID: {letter.message_id}", "", text_body(letter)])


def _save(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        message = f"--save: cannot write {path}: {error.strerror}"
        raise InvalidValueError(message, subject="--save", hint="name a new file") from error
