"""Who sends which mail: rows of the outbox claimed by a lease, in short transactions.

======================  ===========================================================================
a row's status          what is known about the mail
======================  ===========================================================================
``pending``             not handed over; while it is leased somebody is about to
``sending``             being handed over: committed before the server is asked to take it
``sent``                the server took it
``failed``              the server will not take it, or it was refused too often
``unknown``             handed over, and the answer was lost: it went out, or it did not
``skipped``             out of date before it could go out, or erased
======================  ===========================================================================

Leases are judged by the database's clock. A sender that lost its lease changes nothing any more, except that
one who learns late what became of a mail may still say so.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Select, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from askpro_cli.booking.notifications.outbox import SUPERSEDED
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Company, Notification

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""How long a mail waits after each try that the server put off; after the last of them it has failed."""

DIED = "the sender ended before it knew the mail server's answer"
GAVE_UP = "put off too often, last: "
_MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail that is ours to send until its lease is over.

    Args:
        mail: the row, detached.
        company: the slug of whose it is.
        token: proves the claim.
    """

    mail: Notification
    company: str
    token: str


def database_now(session: Session) -> datetime:
    """Return the present instant by the database's clock."""
    return datetime.fromtimestamp((session.connection().scalar(select(now_ms())) or 0) / 1000, UTC)


def due(now: datetime) -> Select[Notification]:
    """Return the query for the mails to be sent at *now*, oldest first.

    A mail waits while an older one about the same appointment is on its way, or they could arrive in the
    wrong order.
    """
    older = aliased(Notification)
    on_its_way = exists().where(
        older.appointment_id == Notification.appointment_id,
        older.sequence < Notification.sequence,
        older.status == "sending",
    )
    return (
        select(Notification)
        .where(
            Notification.status == "pending",
            or_(Notification.next_attempt_at.is_(None), Notification.next_attempt_at <= now),
            or_(Notification.lock_expires_at.is_(None), Notification.lock_expires_at <= now),
            ~on_its_way,
        )
        .order_by(Notification.id)
    )


def claim(records: Records, lease: float) -> Claim | None:
    """Claim the next mail for *lease* seconds; None when nothing is due. What is out of date is skipped."""
    token = os.urandom(16).hex()

    def work(session: Session) -> Claim | None:
        now = database_now(session)
        while True:
            query = due(now).limit(1).with_for_update(skip_locked=True)
            mail = session.scalars(query).one_or_none()
            if mail is None:
                return None
            if not is_superseded(session, mail):
                break
            mail.status, mail.last_error = "skipped", SUPERSEDED
            session.flush()
        mail.lock_token, mail.lock_expires_at = token, now + timedelta(seconds=lease)
        session.flush()
        return Claim(mail, session.get_one(Company, mail.company_id).slug, token)

    return records.run_in_transaction(work, context="claim a mail")


def is_superseded(session: Session, mail: Notification) -> bool:
    """Tell whether there is a newer mail about the same appointment."""
    newer = select(Notification.id).where(
        Notification.appointment_id == mail.appointment_id, Notification.sequence > mail.sequence
    )
    return session.scalar(newer.limit(1)) is not None


def begin_sending(records: Records, held: Claim, lease: float) -> bool:
    """Note that the mail is being handed over; False when it is no longer ours, or no longer true."""

    def work(session: Session) -> bool:
        until = database_now(session) + timedelta(seconds=lease)
        return _change(session, held, {"status": "sending", "lock_expires_at": until}, only=("pending",))

    return records.run_in_transaction(work, context="note that a mail is being sent")


def release(records: Records, held: Claim) -> None:
    """Give a mail back that was not handed over."""
    _settle(records, held, {"status": "pending", "lock_expires_at": None})


def sent(records: Records, held: Claim, at: datetime) -> None:
    """Note that the server took the mail."""
    _settle(records, held, _tried(held, "sent", None) | {"sent_at": at})


def failed(records: Records, held: Claim, reason: str) -> None:
    """Note that the mail will not be sent, and why."""
    _settle(records, held, _tried(held, "failed", reason))


def lost(records: Records, held: Claim, reason: str) -> None:
    """Note that nobody knows what became of the mail; it is not sent again by itself."""
    _settle(records, held, _tried(held, "unknown", reason))


def skipped(records: Records, held: Claim, reason: str) -> None:
    """Note that the mail is out of date, and why."""
    _settle(records, held, {"status": "skipped", "last_error": reason, "lock_expires_at": None})


def put_off(records: Records, held: Claim, reason: str) -> bool:
    """Let the mail wait for its next try; False when it has been tried often enough and failed."""
    if held.mail.attempts >= len(BACKOFF):
        failed(records, held, GAVE_UP + reason)
        return False
    wait = BACKOFF[held.mail.attempts]

    def work(session: Session) -> None:
        values = _tried(held, "pending", reason) | {"next_attempt_at": database_now(session) + wait}
        _change(session, held, values, only=_OPEN)

    records.run_in_transaction(work, context="put a mail off")
    return True


def find_lost(records: Records) -> list[Notification]:
    """Mark the mails ``unknown`` whose sender died while handing them over, and return them."""

    def work(session: Session) -> list[Notification]:
        query = (
            select(Notification)
            .where(Notification.status == "sending", Notification.lock_expires_at <= database_now(session))
            .with_for_update(skip_locked=True)
        )
        found = list(session.scalars(query))
        for mail in found:
            mail.status, mail.last_error, mail.attempts = "unknown", DIED, mail.attempts + 1
        return found

    return records.run_in_transaction(work, context="look for mails whose sender died")


_OPEN = ("pending", "sending", "unknown")


def _tried(held: Claim, status: str, reason: str | None) -> dict[str, Any]:
    return {
        "status": status,
        "attempts": held.mail.attempts + 1,
        "last_error": None if reason is None else reason[:_MAX_REASON],
        "next_attempt_at": None,
        "lock_expires_at": None,
    }


def _settle(records: Records, held: Claim, values: Mapping[str, Any]) -> None:
    """Write what became of a mail, unless somebody else has it by now."""
    records.run_in_transaction(
        lambda session: _change(session, held, values, only=_OPEN), context="note what became of a mail"
    )


def _change(session: Session, held: Claim, values: Mapping[str, Any], *, only: tuple[str, ...]) -> bool:
    statement = (
        update(Notification)
        .where(
            Notification.id == held.mail.id,
            Notification.lock_token == held.token,
            Notification.status.in_(only),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(cast("CursorResult[Any]", session.execute(statement)).rowcount)
