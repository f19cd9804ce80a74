"""Bearer tokens of the daemon's API: made and shown once, kept as a hash, judged by the records.

What a scope allows is the daemon's business (``server/access.py``); here it is only a word. Whether a token
has expired is judged by the database's clock, so that two daemons never disagree.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from askpro_cli.base.errors import NotFoundError, RefusedError
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import ApiToken

PREFIX = "askpro_"
"""How every token begins, so that people and scanners for leaked secrets know one when they see it."""

_RANDOM_BYTES = 20
_SHAPE = re.compile(rf"{PREFIX}[0-9a-f]{{{2 * _RANDOM_BYTES}}}", re.ASCII)
_HINT_LENGTH = len(PREFIX) + 6

ACTIVE = "active"
EXPIRED = "expired"
REVOKED = "revoked"


class Token(NamedTuple):
    """A token as operators see it, without the token itself.

    Args:
        id: its row.
        name: what people call it.
        hint: its first characters.
        scopes: what it allows, in order.
        state: ``active``, ``expired`` or ``revoked`` when it was read.
        created_at_ms: when it was made; all times in milliseconds since 1970 UTC.
        expires_at_ms: None: never.
        revoked_at_ms: None: it was not.
        last_used_ms: None: never, as far as is written down (to the minute).
    """

    id: int
    name: str
    hint: str
    scopes: tuple[str, ...]
    state: str
    created_at_ms: int
    expires_at_ms: int | None
    revoked_at_ms: int | None
    last_used_ms: int | None


class NewToken(NamedTuple):
    """A token that was just made, and the only copy of its text there will ever be."""

    token: Token
    text: str


def looks_like_token(text: str) -> bool:
    """Tell whether *text* has the shape of a token; what has not need not be looked up."""
    return _SHAPE.fullmatch(text) is not None


def token_hash(text: str) -> str:
    """Return what is kept of a token: SHA-256 in hex. It is random, so no slow hash is needed."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def create_token(
    session: Session, *, name: str, scopes: Iterable[str], expires_at_ms: int | None
) -> NewToken:
    """Make a token; its text cannot be read back later.

    Raises:
        RefusedError: a token has that name, perhaps one that was revoked.
    """
    if _named(session, name) is not None:
        raise RefusedError(
            f"there is already a token named {name}",
            hint="choose another name; askpro tokens list --all shows those that were revoked, too",
            subject=name,
        )
    text = PREFIX + secrets.token_hex(_RANDOM_BYTES)
    now = _now(session)
    row = ApiToken(
        name=name,
        token_hash=token_hash(text),
        hint=text[:_HINT_LENGTH],
        scopes=sorted(set(scopes)),
        created_at_ms=now,
        expires_at_ms=expires_at_ms,
    )
    session.add(row)
    session.flush()
    return NewToken(_token(row, now), text)


def list_tokens(session: Session, *, every: bool = False) -> list[Token]:
    """Return the tokens that can be used, oldest first; with *every* also expired and revoked ones."""
    now = _now(session)
    found = [_token(row, now) for row in session.scalars(select(ApiToken).order_by(ApiToken.id))]
    return [token for token in found if every or token.state == ACTIVE]


def named_token(session: Session, name: str) -> Token:
    """Return the token of that name.

    Raises:
        NotFoundError: there is none.
    """
    return _token(_existing(session, name), _now(session))


def revoke_token(session: Session, name: str) -> tuple[Token, bool]:
    """Make a token useless from now on; return it, and whether it was not revoked before.

    Raises:
        NotFoundError: there is none of that name.
    """
    row = _existing(session, name)
    now = _now(session)
    changed = row.revoked_at_ms is None
    if changed:
        row.revoked_at_ms = now
    return _token(row, now), changed


def find_token(session: Session, text: str) -> Token | None:
    """Return the token whose text is *text* if it may be used now, else None."""
    if not looks_like_token(text):
        return None
    row = session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash(text)))
    if row is None:
        return None
    token = _token(row, _now(session))
    return token if token.state == ACTIVE else None


def note_use(session: Session, ids: Sequence[int]) -> None:
    """Write down that these tokens were used just now."""
    if ids:
        used_before = or_(ApiToken.last_used_ms.is_(None), ApiToken.last_used_ms < now_ms())
        statement = update(ApiToken).where(ApiToken.id.in_(ids), used_before).values(last_used_ms=now_ms())
        session.execute(statement.execution_options(synchronize_session=False))


def _now(session: Session) -> int:
    return session.scalar(select(now_ms())) or 0


def _named(session: Session, name: str) -> ApiToken | None:
    return session.scalar(select(ApiToken).where(ApiToken.name == name))


def _existing(session: Session, name: str) -> ApiToken:
    row = _named(session, name)
    if row is None:
        raise NotFoundError(f"there is no token named {name}", hint="askpro tokens list", subject=name)
    return row


def _token(row: ApiToken, now: int) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        hint=row.hint,
        scopes=tuple(str(scope) for scope in row.scopes),
        state=_state(row, now),
        created_at_ms=row.created_at_ms,
        expires_at_ms=row.expires_at_ms,
        revoked_at_ms=row.revoked_at_ms,
        last_used_ms=row.last_used_ms,
    )


def _state(row: ApiToken, now: int) -> str:
    if row.revoked_at_ms is not None:
        return REVOKED
    if row.expires_at_ms is not None and row.expires_at_ms <= now:
        return EXPIRED
    return ACTIVE
