"""A replay without ``--to``: events go back into the inbox, a few at a time, and are followed to their end.

Setting an event back and writing that down is one transaction, so that a crash between the two is none.
Only a few are under way at once: they are older than what comes in meanwhile, so workers take them first.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, insert, literal, select, update
from sqlalchemy.orm import Session

from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import ReplayItem, WebhookEvent
from askpro_cli.webhooks import states as event_states
from askpro_cli.webhooks.inbox.rows import KEY_OF_COPIES, copy_hash_of
from askpro_cli.webhooks.replay import states
from askpro_cli.webhooks.replay.claims import Claim
from askpro_cli.webhooks.replay.items import Outcome, record

NO_BODY = "its body is no longer kept"
ON_ITS_WAY = "it is on its way already"
WAS_DONE = "it was done; --bypass-dedup handles it again as a new event"
NOT_FOLLOWED = "cancelled while it was back in the inbox: the event itself tells how it ended"
NO_HANDLER = "nothing here handles it yet"
_SET_BACK = (event_states.FAILED, event_states.DEAD, event_states.UNHANDLED, event_states.IGNORED)
_UNSYNCED = {"synchronize_session": False}

_COPIED = (
    *("source", "event_type", "entity", "company", "correlation_id", "client", "path"),
    *("headers", "body_hash", "body_size", "body"),
)


class _Waiting(NamedTuple):
    """An item and what its event is now."""

    item_id: int
    event_id: int
    state: str
    has_body: bool


def set_back(session: Session, claim: Claim, most: int) -> int:
    """Take up to *most* waiting items and return how many went back into the inbox."""
    begun = 0
    for waiting in _take(session, claim.job_id, most):
        outcome = _begin(session, claim, waiting)
        if outcome is None:
            begun += 1
        else:
            record(session, waiting.item_id, outcome)
    return begun


def follow(session: Session, job_id: int) -> int:
    """Write down what became of events that are under way, and return how many still are."""
    event = WebhookEvent
    query = (
        select(ReplayItem.id, event.state, event.reason)
        .join(event, event.id == func.coalesce(ReplayItem.new_event_id, ReplayItem.event_id))
        .where(ReplayItem.job_id == job_id, ReplayItem.state == states.SENDING)
    )
    open_items = 0
    for item_id, state, reason in session.execute(query).all():
        outcome = _outcome(state, reason)
        if outcome is None:
            open_items += 1
        else:
            record(session, item_id, outcome)
    return open_items


def stop_following(session: Session, job_id: int) -> None:
    """Let a cancelled replay end: events that are back in the inbox are handled, whatever becomes of it."""
    session.execute(
        update(ReplayItem)
        .where(ReplayItem.job_id == job_id, ReplayItem.state == states.SENDING)
        .values(state=states.UNKNOWN, reason=NOT_FOLLOWED, finished_at_ms=now_ms()),
        execution_options=_UNSYNCED,
    )


def _take(session: Session, job_id: int, most: int) -> list[_Waiting]:
    """Return waiting items in the order of their events; the events are locked against workers."""
    query = (
        select(ReplayItem.id, ReplayItem.event_id)
        .where(ReplayItem.job_id == job_id, ReplayItem.state == states.WAITING)
        .order_by(ReplayItem.id)
        .limit(most)
    )
    items = {event_id: item_id for item_id, event_id in session.execute(query)}
    if not items:
        return []
    locked = (
        select(WebhookEvent.id, WebhookEvent.state, WebhookEvent.body.is_not(None))
        .where(WebhookEvent.id.in_(items))
        .order_by(WebhookEvent.id)
        .with_for_update()
    )
    return [_Waiting(items[row[0]], row[0], row[1], bool(row[2])) for row in session.execute(locked)]


def _begin(session: Session, claim: Claim, waiting: _Waiting) -> Outcome | None:
    """Let an event be handled again; an outcome where it is not."""
    if not waiting.has_body:
        return Outcome(states.FAILED, NO_BODY)
    if waiting.state in _SET_BACK:
        _wake(session, waiting.event_id)
        _mark(session, waiting.item_id, None)
        return None
    if waiting.state != event_states.DONE:
        return Outcome(states.SKIPPED, ON_ITS_WAY)
    if not claim.options.bypass_dedup:
        return Outcome(states.SKIPPED, WAS_DONE)
    _mark(session, waiting.item_id, _copy(session, claim.job_id, waiting.event_id))
    return None


def _wake(session: Session, event_id: int) -> None:
    session.execute(
        update(WebhookEvent)
        .where(WebhookEvent.id == event_id, WebhookEvent.state.in_(_SET_BACK))
        .values(
            state=event_states.RECEIVED,
            due_at_ms=0,
            attempts=0,
            reason=None,
            claim_id=None,
            claimed_by=None,
            finished_at_ms=None,
        ),
        execution_options=_UNSYNCED,
    )


def _mark(session: Session, item_id: int, new_event_id: int | None) -> None:
    session.execute(
        update(ReplayItem)
        .where(ReplayItem.id == item_id)
        .values(state=states.SENDING, attempts=ReplayItem.attempts + 1, new_event_id=new_event_id),
        execution_options=_UNSYNCED,
    )


def _copy(session: Session, job_id: int, event_id: int) -> int:
    """Make a new event of one that was done, and return its id; the one of an earlier try is woken."""
    key = f"replay:{job_id}:{event_id}"
    key_hash = copy_hash_of(key)
    made = _id_of(session, key_hash)
    if made is not None:
        _wake(session, made)
        return made
    given: dict[str, ColumnElement[Any]] = {
        "key_hash": literal(key_hash),
        "dedup_key": literal(key),
        "key_from": literal(KEY_OF_COPIES),
        "state": literal(event_states.RECEIVED),
        "attempts": literal(0),
        "hits": literal(1),
        "replay_of": literal(event_id),
        "received_at_ms": now_ms(),
        "last_seen_ms": now_ms(),
        "due_at_ms": literal(0),
    }
    kept = [getattr(WebhookEvent, name) for name in _COPIED]
    source = select(*given.values(), *kept).where(WebhookEvent.id == event_id)
    session.execute(insert(WebhookEvent).from_select([*given, *_COPIED], source, include_defaults=False))
    copied = _id_of(session, key_hash)
    assert copied is not None  # noqa: S101 - just made
    return copied


def _id_of(session: Session, key_hash: str) -> int | None:
    query = select(WebhookEvent.id).where(WebhookEvent.key_hash == key_hash)
    return session.execute(query).scalar_one_or_none()


def _outcome(state: str, reason: str | None) -> Outcome | None:
    """Return what an event's state says of its replay, None while it is under way."""
    if state == event_states.DONE:
        return Outcome(states.ITEM_DONE)
    if state == event_states.IGNORED:
        return Outcome(states.ITEM_DONE, reason)
    if state == event_states.UNHANDLED:
        return Outcome(states.FAILED, reason or NO_HANDLER)
    if state in (event_states.FAILED, event_states.DEAD):
        return Outcome(states.FAILED, reason)
    return None
