"""The log of the API's requests: written in batches, read by operators, kept for a time and to a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import ApiRequest, ApiToken

LONGEST_PATH = 500
MOST_ROWS = 500_000
"""More are not kept, however young they are."""

REFUSED_STATUSES = (401, 403, 429)
_DAY_MS = 86_400_000
_PRUNE_BATCH = 5000


class Asked(NamedTuple):
    """One request.

    Args:
        at_ms: when, by the daemon's clock, milliseconds since 1970 UTC.
        token_id: whose; None without a good token.
        client: its address; None over a Unix socket.
        method: of HTTP.
        path: path and query, masked.
        status: of the answer.
        correlation_id: in the answer and the daemon's log.
    """

    at_ms: int
    token_id: int | None
    client: str | None
    method: str
    path: str
    status: int
    correlation_id: str


class Logged(NamedTuple):
    """A request as the log shows it, with the name of its token."""

    asked: Asked
    token: str | None


def write_requests(session: Session, asked: Sequence[Asked]) -> None:
    """Write requests down in their order."""
    if asked:
        session.execute(insert(ApiRequest), [one._asdict() for one in asked])


def list_requests(
    session: Session, *, token_id: int | None = None, refused: bool = False, limit: int = 100
) -> list[Logged]:
    """Return the newest *limit* requests, the newest first.

    Args:
        session: of the records.
        token_id: only with this token.
        refused: only those answered 401, 403 or 429.
        limit: at most so many.
    """
    statement = (
        select(ApiRequest, ApiToken.name)
        .outerjoin(ApiToken, ApiToken.id == ApiRequest.token_id)
        .order_by(ApiRequest.id.desc())
        .limit(limit)
    )
    if token_id is not None:
        statement = statement.where(ApiRequest.token_id == token_id)
    if refused:
        statement = statement.where(ApiRequest.status.in_(REFUSED_STATUSES))
    return [Logged(_asked(row), name) for row, name in session.execute(statement).all()]


def prune_requests(session: Session, *, keep_days: int, most: int = MOST_ROWS) -> int:
    """Delete a batch of what is too old or too much; return how many rows: 0 when nothing is left to do.

    Age is judged by the database's clock.
    """
    oldest = select(now_ms() - keep_days * _DAY_MS).scalar_subquery()
    doomed = session.scalars(
        select(ApiRequest.id).where(ApiRequest.at_ms < oldest).order_by(ApiRequest.at_ms).limit(_PRUNE_BATCH)
    ).all()
    if not doomed:
        newest = session.scalar(select(func.max(ApiRequest.id))) or 0
        # Numbers have gaps, so this keeps at most *most*, perhaps fewer.
        doomed = session.scalars(
            select(ApiRequest.id)
            .where(ApiRequest.id <= newest - most)
            .order_by(ApiRequest.id)
            .limit(_PRUNE_BATCH)
        ).all()
    if doomed:
        session.execute(
            delete(ApiRequest).where(ApiRequest.id.in_(doomed)).execution_options(synchronize_session=False)
        )
    return len(doomed)


def _asked(row: ApiRequest) -> Asked:
    return Asked(row.at_ms, row.token_id, row.client, row.method, row.path, row.status, row.correlation_id)
