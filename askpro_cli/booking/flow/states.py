"""The states of an appointment, and which of them hold a slot or wait for a later run.

==============  ==============================================================================
``booking``     the row was committed before the vendor is asked; what became of the request, sync finds out
``pending_sync``  the vendor was down and nothing was sent; kept, and sent later under the same key
``scheduled``   stands on both sides
``moving``      is being moved: holds where it stands and where it goes
``cancelling``  is being cancelled
``cancelled``   was cancelled, here or there
``completed``   took place
``no_show``     nobody came
``failed``      refused or given up; ``status_reason`` says why
==============  ==============================================================================
"""

from __future__ import annotations

BOOKING = "booking"
PENDING_SYNC = "pending_sync"
SCHEDULED = "scheduled"
MOVING = "moving"
CANCELLING = "cancelling"
CANCELLED = "cancelled"
COMPLETED = "completed"
NO_SHOW = "no_show"
FAILED = "failed"

ALL = frozenset({BOOKING, PENDING_SYNC, SCHEDULED, MOVING, CANCELLING, CANCELLED, COMPLETED, NO_SHOW, FAILED})
HOLDING = frozenset({BOOKING, PENDING_SYNC, SCHEDULED, MOVING, CANCELLING})
"""Nobody else gets the slot."""

OPEN = frozenset({BOOKING, PENDING_SYNC, MOVING, CANCELLING})
"""A run is at it, or the next ``askpro appointments sync`` must finish it."""

ORPHAN = "orphan"
"""Status of a row of ``calcom_bookings``: booked there, and no appointment here goes with it."""
