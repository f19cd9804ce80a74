"""What one event tells of one booking, whatever shape its body has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from askpro_cli.booking.events.triggers import ACCEPTED, AWAITING_HOST, PENDING

_STANDS = frozenset({ACCEPTED, PENDING, AWAITING_HOST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The booking that was moved.

    Args:
        uid: of it.
        id: the vendor's number.
        start: when it was, UTC; None where the event does not say.
        end: until when.
    """

    uid: str
    id: int | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one event tells of one booking.

    Args:
        trigger: the vendor's name of the event.
        uid: of the booking.
        at: when it happened, UTC.
        status: what the booking is after it, in the vendor's words; None where the event says nothing of it.
        start: when it takes place, UTC.
        end: until when.
        id: the vendor's number of the booking.
        event_type_id: the vendor's.
        before: the booking it was moved from.
        hosts: Cal.com user ids; () where one of them is not named.
        metadata: of the booking.
        seat: uid of the one seat it is about, where several people share the booking; then neither its moves
            nor its end are those of the booking.
        no_show: somebody who was expected did not come; False: that was taken back.
    """

    trigger: str
    uid: str
    at: datetime
    status: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    id: int | None = None
    event_type_id: int | None = None
    before: Before | None = None
    hosts: tuple[int, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    seat: str | None = None
    no_show: bool | None = None

    @property
    def stands(self) -> bool:
        """Tell whether the booking takes place after it, or waits for somebody's word."""
        return self.status in _STANDS

    @property
    def uids(self) -> tuple[str, ...]:
        """Return the uids it names: of the booking, and of the one it was moved from."""
        return (self.uid, self.before.uid) if self.before else (self.uid,)
