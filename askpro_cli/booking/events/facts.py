"""What events told of a booking, brought together so that neither their order nor their number matters.

A booking at Cal.com keeps its uid and its times; a move makes a new one. Its status only ever goes on, so the
furthest word wins and none needs to be the newest:

``pending`` → ``awaiting_host`` → ``accepted`` → ``orphan`` (ours: it stands, and is nobody's here) →
``rejected`` → ``cancelled``.

Who serves it and who did not come may be said otherwise later; there the event that happened last wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from askpro_cli.booking.events import triggers
from askpro_cli.booking.events.told import Told
from askpro_cli.booking.flow.states import ORPHAN

_ORDER = (
    triggers.PENDING,
    triggers.AWAITING_HOST,
    triggers.ACCEPTED,
    ORPHAN,
    triggers.REJECTED,
    triggers.CANCELLED,
)
_PAYMENTS = ("initiated", "paid")
ENDED, HOSTS, NO_SHOW, PAYMENT, UNPLACED = "ended", "hosts", "no_show", "payment", "unplaced"
_AT, _IS = "at", "is"


def further(one: str, other: str | None) -> str:
    """Return the status of two that is further on; a word we do not know is overtaken by any that we do."""
    return one if other is None or _place(one) >= _place(other) else other


def is_over(status: str) -> bool:
    """Tell whether a booking in this status takes place no more."""
    return status in (triggers.REJECTED, triggers.CANCELLED)


def _place(status: str) -> int:
    return _ORDER.index(status) if status in _ORDER else -1


@dataclass(frozen=True, slots=True)
class Facts:
    """What is kept of a booking in ``calcom_bookings.told``.

    Args:
        hosts: Cal.com user ids, () where nobody named them all.
        ended: its time is over, and it was not called off.
        no_show: whether somebody did not come; None where nobody said.
        payment: ``initiated`` or ``paid``.
        unplaced: no event has said yet when it takes place.
    """

    hosts: tuple[int, ...]
    ended: bool
    no_show: bool | None
    payment: str | None
    unplaced: bool


def facts_of(kept: Mapping[str, Any] | None) -> Facts:
    """Return what is kept, typed."""
    known = kept or {}
    hosts, absent = known.get(HOSTS), known.get(NO_SHOW)
    return Facts(
        hosts=tuple(hosts[_IS]) if hosts else (),
        ended=bool(known.get(ENDED)),
        no_show=bool(absent[_IS]) if absent else None,
        payment=known.get(PAYMENT),
        unplaced=bool(known.get(UNPLACED)),
    )


def joined(kept: Mapping[str, Any] | None, told: Told, *, placed: bool = True) -> dict[str, Any] | None:
    """Return what is kept with what one more event tells; None where there is nothing to keep.

    Args:
        kept: so far.
        told: by the event.
        placed: something told of the booking before.
    """
    known = dict(kept or {})
    if told.start is not None:
        known.pop(UNPLACED, None)
    elif not placed:
        known[UNPLACED] = True
    at = told.at.astimezone(UTC).isoformat(timespec="milliseconds")
    if told.hosts:
        known[HOSTS] = _later(known.get(HOSTS), {_AT: at, _IS: list(told.hosts)})
    if told.trigger == triggers.MEETING_ENDED:
        known[ENDED] = True
    if told.no_show is not None:
        known[NO_SHOW] = _later(known.get(NO_SHOW), {_AT: at, _IS: told.no_show})
    payment = _payment(told)
    if payment is not None:
        known[PAYMENT] = max(payment, known.get(PAYMENT, payment), key=_PAYMENTS.index)
    return known or None


def _later(one: dict[str, Any] | None, other: dict[str, Any]) -> dict[str, Any]:
    """Return what was said last; of one instant always the same one, such as that somebody did not come."""
    return other if one is None else max(one, other, key=lambda said: (said[_AT], said[_IS]))


def _payment(told: Told) -> str | None:
    said = {triggers.PAYMENT_INITIATED: _PAYMENTS[0], triggers.PAID: _PAYMENTS[1]}
    return said.get(told.trigger)
