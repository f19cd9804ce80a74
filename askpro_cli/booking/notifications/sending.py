"""Sending what is due: each mail once as far as can be known, never one that is out of date.

The network and the database take turns: no transaction is open while the server is spoken to, and before the
server gets a mail the row says so. A process killed in between leaves a row that tells how far it was.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.errors import MessageError
from functools import partial
from typing import NamedTuple

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import AskproError, ConfigError, RefusedError
from askpro_cli.base.redaction import mask_text
from askpro_cli.booking.notifications import claims
from askpro_cli.booking.notifications.composing import Sender, compose
from askpro_cli.booking.notifications.letter import write_letter
from askpro_cli.booking.notifications.mail_server import Answer, Fate, MailConnection, MailServer
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Notification
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.resilience.threads import hop

TOO_LATE = "the appointment was over before the mail could be sent"
TAKEN = "it was withdrawn, or another run took it over"
INTERRUPTED = "the run was ended while the mail was being handed over"


class Done(NamedTuple):
    """What became of one mail in this run: its row's new status, and why."""

    mail: Notification
    status: str
    reason: str | None = None


@dataclass(slots=True)
class Report:
    """What a run did.

    Args:
        done: every mail it had in hand.
        stopped: why it ended before everything due was tried.
    """

    done: list[Done] = field(default_factory=list)
    stopped: AskproError | None = None

    def counts(self) -> Counter[str]:
        """Return how many mails ended in each status."""
        return Counter(one.status for one in self.done)


@dataclass(frozen=True, slots=True)
class PostOffice:
    """What sending needs.

    Args:
        records: of one company, or of the platform.
        server: where mails are handed over.
        sender_of: who the mails of a company (its slug) come from.
        clock: dates the mails.
        log: the run's log.
    """

    records: Records
    server: MailServer
    sender_of: Callable[[str], Sender]
    clock: Clock
    log: EventLog


async def send_due(office: PostOffice, *, limit: int | None = None) -> Report:
    """Send the mails that are due, oldest first, at most *limit* of them.

    Where the server cannot be reached the run stops, and every mail not handed over stays due.
    """
    report = Report()
    lost = await hop(lambda: claims.find_lost(office.records))
    report.done += [Done(mail, "unknown", claims.DIED) for mail in lost]
    connection = MailConnection(office.server)
    tried = 0
    try:
        while limit is None or tried < limit:
            held = await hop(
                lambda: claims.claim(office.records, office.server.lease), undo=partial(_give_back, office)
            )
            if held is None:
                break
            tried += 1
            report.done.append(await _send(office, connection, held))
    except AskproError as error:
        report.stopped = error
    finally:
        await connection.leave()
    for one in report.done:
        _tell(office, one)
    return report


def _give_back(office: PostOffice, held: claims.Claim | None) -> None:
    if held is not None:
        claims.release(office.records, held)


def _tell(office: PostOffice, one: Done) -> None:
    office.log.event(
        "mail", notification=one.mail.id, kind=one.mail.kind, status=one.status, reason=one.reason
    )


async def _send(office: PostOffice, connection: MailConnection, held: claims.Claim) -> Done:
    """Send one mail that is ours; whatever ends this before it is handed over gives it back."""
    try:
        written = _write(office, held)
        if isinstance(written, Done):
            return await _set_aside(office, held, written)
        await connection.open()
        refused = await connection.offer(written.sender, written.recipient)
        if refused is not None:
            return await _settle(office, held, refused)
        if not await hop(lambda: claims.begin_sending(office.records, held, office.server.answer_lease)):
            await connection.take_back()
            return Done(held.mail, "skipped", TAKEN)
    except BaseException:
        await hop(lambda: claims.release(office.records, held))
        raise
    return await _hand_over(office, connection, held, written.content)


class _Written(NamedTuple):
    """A mail as the server gets it."""

    sender: str
    recipient: str
    content: bytes


def _write(office: PostOffice, held: claims.Claim) -> _Written | Done:
    """Return the mail, or why there is none; settings that are wrong are the whole run's trouble."""
    try:
        letter = write_letter(held.mail)
        if letter.span.end <= office.clock.now():
            return Done(held.mail, "skipped", TOO_LATE)
        sender = office.sender_of(held.company)
        content = compose(letter, sender, office.clock.now()).as_bytes()
    except ConfigError:
        raise
    except RefusedError as error:
        return Done(held.mail, "skipped", error.message)
    except (AskproError, MessageError, ValueError, LookupError) as error:
        return Done(held.mail, "failed", f"it cannot be written: {mask_text(str(error))}")
    return _Written(sender.address, letter.recipient, content)


async def _set_aside(office: PostOffice, held: claims.Claim, why: Done) -> Done:
    note = claims.skipped if why.status == "skipped" else claims.failed
    await hop(lambda: note(office.records, held, why.reason or ""))
    return why


async def _hand_over(
    office: PostOffice, connection: MailConnection, held: claims.Claim, content: bytes
) -> Done:
    """Hand the mail over and note what became of it; who is stopped meanwhile does not know."""
    try:
        answer = await connection.hand_over(content)
    except asyncio.CancelledError:
        connection.close()
        await hop(lambda: claims.lost(office.records, held, INTERRUPTED))
        raise
    return await _settle(office, held, answer)


async def _settle(office: PostOffice, held: claims.Claim, answer: Answer) -> Done:
    """Note what the server answered."""
    return await hop(lambda: _note(office, held, answer))


def _note(office: PostOffice, held: claims.Claim, answer: Answer) -> Done:
    if answer.fate is Fate.SENT:
        claims.sent(office.records, held, office.clock.now())
        return Done(held.mail, "sent")
    if answer.fate is Fate.LOST:
        claims.lost(office.records, held, answer.reason)
        return Done(held.mail, "unknown", answer.reason)
    if answer.fate is Fate.PUT_OFF and claims.put_off(office.records, held, answer.reason):
        return Done(held.mail, "put_off", answer.reason)
    if answer.fate is Fate.REFUSED:
        claims.failed(office.records, held, answer.reason)
    return Done(held.mail, "failed", answer.reason)
