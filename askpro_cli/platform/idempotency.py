"""Idempotency keys: what a key stands for, kept for a day, claimed by one process at a time.

One row is one key of one company. A claim has a lease by the database's clock and a token (fencing): whoever
lost the lease to another process can no longer change the row. A process that dies between its claim and
:func:`complete` leaves the row; when the lease is over the next claim gets it as ``unsettled``, which means
*look up before you send*.

=============  =======================================================  ==================================
row            meaning                                                  what the next claim answers
=============  =======================================================  ==================================
none, expired  the key was never used, or more than *ttl* ago           ``new``
claimed        somebody is at it until the lease is over                ``busy``, then ``unsettled``
unsettled      something was sent, nobody knows what became of it       ``unsettled`` (``busy`` while leased)
done           it stands for the booking *uid*                          ``done``
=============  =======================================================  ==================================
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from askpro_cli.base.errors import IdempotencyError, RecordsError
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.tables import idempotency_keys as keys
from askpro_cli.platform.transactions import run_in_transaction

DAY = 24 * 3600.0
"""How long a key is kept, in seconds from its first claim."""

_PURGE_LIMIT = 50  # expired rows a claim takes along
_CLAIM_TRIES = 5  # each lost race means that another process made or removed the row meanwhile


@dataclass(frozen=True, slots=True)
class Record:
    """What is known under a key.

    Args:
        uid: the booking's, once it is done.
        event_type_id: of the booking asked for.
        start: of the booking asked for, UTC.
        created: when the key was first claimed, UTC.
        expires: when it will be forgotten, UTC.
        lease_left: seconds the present holder has left; 0 when nobody is at it.
    """

    uid: str | None
    event_type_id: int | None
    start: datetime | None
    created: datetime
    expires: datetime
    lease_left: float


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to a claim.

    Args:
        state: ``new`` and ``unsettled`` are ours until the lease is over; ``busy`` is somebody else's;
            ``done`` stands for ``record.uid``.
        record: what is known under the key.
        company: the company's slug.
        key_hash: SHA-256 of the key.
        token: proves this claim.
    """

    state: Literal["new", "busy", "done", "unsettled"]
    record: Record
    company: str
    key_hash: str
    token: str


def claim(
    engine: Engine,
    *,
    company: str,
    key: str,
    content: str,
    lease: float,
    ttl: float = DAY,
    event_type_id: int | None = None,
    start: datetime | None = None,
) -> Claim:
    """Claim *key* for *lease* seconds, or say who has it or what it stands for.

    Args:
        engine: of the records.
        company: the company's slug.
        key: given or derived; only its hash is stored.
        content: what the key stands for; only its hash is stored.
        lease: seconds we may take; longer than all tries and waits of one booking.
        ttl: seconds the key is kept from its first claim.
        event_type_id: kept for the look-up after a crash.
        start: aware; kept for the look-up after a crash.

    Raises:
        IdempotencyError: the key stands for other content.
        RecordsError: the database cannot be used.
    """
    wanted = {
        "company": company,
        "key_hash": _hash(key),
        "content_hash": _hash(content),
        "state": "claimed",
        "token": os.urandom(16).hex(),
        "event_type_id": event_type_id,
        "start_at_ms": None if start is None else round(start.timestamp() * 1000),
    }

    def work(connection: Connection) -> Claim:
        _purge(connection)
        for _ in range(_CLAIM_TRIES):
            found = _claim_once(connection, wanted, round(lease * 1000), round(ttl * 1000))
            if found is not None:
                return found
        message = f"an idempotency key of {company} was claimed and freed again and again"
        raise RecordsError(message, hint="try again")

    return run_in_transaction(engine, work, context="claim an idempotency key")


def find(engine: Engine, *, company: str, key: str, content: str) -> str | None:
    """Return the uid of the booking that *key* stands for, without claiming it; None when for none.

    Raises:
        IdempotencyError: the key stands for other content.
        RecordsError: the database cannot be used.
    """

    def work(connection: Connection) -> str | None:
        now = connection.scalar(select(now_ms())) or 0
        where = (keys.c.company == company, keys.c.key_hash == _hash(key), keys.c.expires_at_ms > now)
        row = connection.execute(select(keys).where(*where)).one_or_none()
        if row is None:
            return None
        _refuse_other_content(row, _hash(content))
        return str(row.uid) if row.state == "done" else None

    return run_in_transaction(engine, work, context="look up an idempotency key")


def complete(engine: Engine, held: Claim, *, uid: str) -> bool:
    """Note that the key stands for booking *uid*; False when the claim was lost to another process."""
    return _change(engine, held, {"state": "done", "uid": uid, "lease_until_ms": 0})


def mark_unsettled(engine: Engine, held: Claim) -> bool:
    """Note that something was sent and its fate is unknown, and let go; False when the claim was lost."""
    return _change(engine, held, {"state": "unsettled", "lease_until_ms": 0})


def renew(engine: Engine, held: Claim, *, lease: float) -> bool:
    """Extend the claim to *lease* seconds from now; False when it was lost."""
    return _change(engine, held, {"lease_until_ms": now_ms() + round(lease * 1000)})


def release(engine: Engine, held: Claim) -> bool:
    """Forget the key because nothing was booked under it; False when the claim was lost."""
    return _forget(engine, held, keys.c.state != "done")


def void(engine: Engine, held: Claim) -> bool:
    """Forget a ``done`` key whose booking no longer stands; False when it stands for another by now."""
    return _forget(engine, held, and_(keys.c.state == "done", keys.c.uid == held.record.uid))


def _claim_once(connection: Connection, wanted: dict[str, Any], lease: int, ttl: int) -> Claim | None:
    """Return the claim, None when another process was faster and it must be looked at again."""
    row = connection.execute(
        select(keys, now_ms().label("now"))
        .where(keys.c.company == wanted["company"], keys.c.key_hash == wanted["key_hash"])
        .with_for_update()
    ).one_or_none()
    if row is None:
        return _insert(connection, wanted, lease, ttl)
    if max(row.expires_at_ms, row.lease_until_ms) <= row.now:  # never under the hands of its holder
        connection.execute(delete(keys).where(_ours(row)))
        return None
    _refuse_other_content(row, wanted["content_hash"])
    if row.state == "done":
        return _answer("done", row)
    if row.lease_until_ms > row.now:
        return _answer("busy", row)
    taken = {"state": "unsettled", "token": wanted["token"], "lease_until_ms": row.now + lease}
    connection.execute(update(keys).where(_ours(row)).values(taken))
    return _answer("unsettled", _read(connection, wanted))


def _refuse_other_content(row: Any, content_hash: str) -> None:
    if row.content_hash != content_hash:
        message = "this idempotency key was used before, for another booking"
        raise IdempotencyError(message, hint="give another key, or leave it out to have it derived")


def _insert(connection: Connection, wanted: dict[str, Any], lease: int, ttl: int) -> Claim | None:
    """Make the row; None when another process made it at the same moment."""
    now = connection.scalar(select(now_ms())) or 0
    times = {"created_at_ms": now, "lease_until_ms": now + lease, "expires_at_ms": now + ttl}
    try:
        with connection.begin_nested():
            connection.execute(insert(keys).values(wanted | times))
    except IntegrityError:
        return None
    return _answer("new", _read(connection, wanted))


def _read(connection: Connection, wanted: dict[str, Any]) -> Any:
    """Return the row as it stands."""
    where = (keys.c.company == wanted["company"], keys.c.key_hash == wanted["key_hash"])
    return connection.execute(select(keys, now_ms().label("now")).where(*where)).one()


def _ours(row: Any) -> ColumnElement[bool]:
    """Return the condition that a row is still the one that was read."""
    return and_(keys.c.company == row.company, keys.c.key_hash == row.key_hash, keys.c.token == row.token)


def _answer(state: Literal["new", "busy", "done", "unsettled"], row: Any) -> Claim:
    """Return the claim a row stands for; a busy row's token stays with its holder."""
    record = Record(
        uid=row.uid,
        event_type_id=row.event_type_id,
        start=None if row.start_at_ms is None else _instant(row.start_at_ms),
        created=_instant(row.created_at_ms),
        expires=_instant(row.expires_at_ms),
        lease_left=max(0, row.lease_until_ms - row.now) / 1000,
    )
    return Claim(state, record, row.company, row.key_hash, "" if state == "busy" else row.token)


def _change(engine: Engine, held: Claim, values: dict[str, Any]) -> bool:
    """Change the row if the claim still holds it; a claim whose lease is over but not taken still does."""
    statement = update(keys).where(_ours(held), keys.c.state != "done").values(values)
    return _did(engine, statement, "settle an idempotency key")


def _forget(engine: Engine, held: Claim, condition: ColumnElement[bool]) -> bool:
    """Delete the row if the claim still holds it and *condition* is true."""
    return _did(engine, delete(keys).where(_ours(held), condition), "free an idempotency key")


def _did(engine: Engine, statement: Any, context: str) -> bool:
    """Run a statement on one row and tell whether there was one."""
    return run_in_transaction(
        engine, lambda connection: bool(connection.execute(statement).rowcount), context=context
    )


def _purge(connection: Connection) -> None:
    """Remove a few expired rows, whoever's they are; rows that others are at are left to them."""
    expired = connection.execute(
        select(keys.c.company, keys.c.key_hash, keys.c.token)
        .where(keys.c.expires_at_ms <= now_ms(), keys.c.lease_until_ms <= now_ms())
        .limit(_PURGE_LIMIT)
        .with_for_update(skip_locked=True)
    ).all()
    for row in expired:
        connection.execute(delete(keys).where(_ours(row)))


def _hash(text: str) -> str:
    """Return SHA-256 in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _instant(milliseconds: int) -> datetime:
    """Return an aware instant."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
