"""The outbox as an operator sees it: which mails there are, one of them, and letting some go out again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from askpro_cli.base.errors import NotFoundError, RefusedError
from askpro_cli.booking.notifications.claims import database_now, due, is_superseded
from askpro_cli.platform.schema import Company, Notification

STATUSES = ("pending", "sending", "sent", "unknown", "failed", "skipped")
AGAIN = ("failed", "unknown", "pending")
"""What may go out again; a pending one need then not wait for its next try."""


def list_mails(
    session: Session, *, statuses: Collection[str], appointment: int | None, limit: int | None
) -> list[Notification]:
    """Return mails, the newest first.

    Args:
        session: of a company, or of the platform.
        statuses: only these; empty for all.
        appointment: only about this one (its id).
        limit: at most so many.
    """
    query = select(Notification).order_by(Notification.id.desc())
    if statuses:
        query = query.where(Notification.status.in_(statuses))
    if appointment is not None:
        query = query.where(Notification.appointment_id == appointment)
    return list(session.scalars(query if limit is None else query.limit(limit)))


def due_mails(session: Session, limit: int | None) -> list[Notification]:
    """Return the mails that would be sent now, in that order."""
    query = due(database_now(session))
    found = session.scalars(query if limit is None else query.limit(limit))
    return [mail for mail in found if not is_superseded(session, mail)]


def find_mail(session: Session, key: int, *, lock: bool = False) -> Notification:
    """Return one mail.

    Args:
        session: of a company, or of the platform.
        key: its id.
        lock: hold it until the transaction ends.

    Raises:
        NotFoundError: there is none of this id.
    """
    found = session.get(Notification, key, with_for_update=lock or None)
    if found is None:
        raise NotFoundError(f"there is no mail {key}", subject=str(key), hint="askpro notifications list")
    return found


class Listed(NamedTuple):
    """A mail, detached, and the slug of whose it is."""

    mail: Notification
    company: str


def listed(session: Session, mails: Sequence[Notification]) -> list[Listed]:
    """Return mails with the slugs of their companies."""
    ids = {mail.company_id for mail in mails}
    rows = session.execute(select(Company.id, Company.slug).where(Company.id.in_(ids)))
    slugs = {row.id: row.slug for row in rows}
    return [Listed(mail, slugs[mail.company_id]) for mail in mails]


def mails_to_retry(session: Session, keys: Sequence[int], *, lock: bool = False) -> list[Notification]:
    """Return the mails that shall go out again: the named ones, or without names all that failed.

    Of those that failed, what a newer mail has replaced is left out; to name such a one is a mistake.

    Args:
        session: of a company, or of the platform.
        keys: their ids.
        lock: let no run have one of them until the transaction ends.

    Raises:
        NotFoundError: there is none of an id.
        RefusedError: one was sent, is being sent, is out of date, or was erased.
    """
    if not keys:
        query = select(Notification).where(Notification.status == "failed").order_by(Notification.id)
        failed = session.scalars(query.with_for_update() if lock else query)
        return [mail for mail in failed if _obstacle(session, mail) is None]
    found = [find_mail(session, key, lock=lock) for key in sorted(set(keys))]
    for mail in found:
        reason = _obstacle(session, mail)
        if reason is not None:
            message = f"mail {mail.id} is not sent again: {reason}"
            raise RefusedError(message, subject=str(mail.id), hint="askpro notifications list")
    return found


def retry_mails(session: Session, keys: Sequence[int]) -> list[Notification]:
    """Let mails go out with the next run, under the Message-ID they had; all of them or none.

    Raises:
        NotFoundError, RefusedError: as :func:`mails_to_retry`.
    """
    mails = mails_to_retry(session, keys, lock=True)
    for mail in mails:
        mail.status, mail.attempts, mail.last_error = "pending", 0, None
        mail.next_attempt_at = mail.lock_token = mail.lock_expires_at = None
    return mails


def _obstacle(session: Session, mail: Notification) -> str | None:
    """Return why a mail may not go out again, None when it may."""
    if mail.status not in AGAIN:
        return f"it is {mail.status}"
    if mail.lock_expires_at is not None and mail.lock_expires_at > database_now(session):
        return "a run has it in hand"
    if mail.recipient is None or mail.payload is None:
        return "it was erased"
    return "a newer mail about the appointment took its place" if is_superseded(session, mail) else None
