"""The story of one event: received → verified → deduped → attempts → what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from askpro_cli.webhooks import states
from askpro_cli.webhooks.reading.listing import EventRow
from askpro_cli.webhooks.reading.showing import EventDetail


class Moment(NamedTuple):
    """One step.

    Args:
        at_ms: when, milliseconds since 1970 UTC; None: nobody wrote it down, or it is still to come.
        what: ``received``, ``verified``, ``keyed``, ``duplicate``, ``conflict``, ``attempt``, ``replay``,
            ``effect``, ``next``.
        detail: one sentence, no personal data.
    """

    at_ms: int | None
    what: str
    detail: str


def timeline(detail: EventDetail) -> list[Moment]:
    """Return what happened to an event in its order, and at the end what comes next."""
    row = detail.row
    begun = [
        Moment(
            row.received_at_ms,
            "received",
            f"{row.body_size} bytes from {detail.client or 'a socket of this machine'}",
        ),
        Moment(row.received_at_ms, "verified", _verified(row)),
        Moment(row.received_at_ms, "keyed", f"{row.dedup_key} (from {row.key_from})"),
    ]
    later = sorted(_later(detail), key=lambda moment: moment.at_ms or 0)
    return [*begun, *later, Moment(row.due_at_ms or None, "next", _next(row))]


def _verified(row: EventRow) -> str:
    if row.replay_of is not None:
        return f"not again: it replays event {row.replay_of}"
    return "by nothing: it was let in by hand" if row.secret_id is None else f"by {row.secret_id}"


def _later(detail: EventDetail) -> Iterator[Moment]:
    row = detail.row
    if row.hits > 1:
        yield Moment(row.last_seen_ms, "duplicate", f"sent {row.hits} times, last then")
    for conflict in detail.conflicts:
        words = f"another body under the same key, {conflict.hits} times; the first one stands"
        yield Moment(conflict.received_at_ms, "conflict", words)
    for attempt in detail.attempts:
        reason = f": {attempt.reason}" if attempt.reason else ""
        took = attempt.ended_at_ms - attempt.started_at_ms
        words = f"number {attempt.number} by {attempt.claimed_by}, {took} ms, {attempt.outcome}{reason}"
        yield Moment(attempt.started_at_ms, "attempt", words)
    for replay in detail.replays:
        made = f" as event {replay.new_event_id}" if replay.new_event_id else ""
        reason = f": {replay.reason}" if replay.reason else ""
        yield Moment(
            replay.finished_at_ms, "replay", f"in replay {replay.job_id}{made}, {replay.state}{reason}"
        )
    for effect in detail.effects:
        yield Moment(effect.due_at_ms, "effect", f"{effect.kind} is still to come")


def _next(row: EventRow) -> str:
    if row.state == states.CLAIMED:
        return f"{row.claimed_by} has it until the lease ends"
    if row.due_at_ms is None:
        return _OVER.get(row.state, "nothing by itself")
    return "a worker takes it" if row.due_at_ms == 0 else "tried again"


_OVER = {
    states.DONE: "nothing: it is done",
    states.IGNORED: "nothing: it needed no handling",
    states.UNHANDLED: "nothing by itself: a replay, when something handles it",
    states.DEAD: "nothing by itself: a replay or a duplicate wakes it",
    states.FAILED: "nothing by itself: a replay, a duplicate or stuck --release wakes it",
}
