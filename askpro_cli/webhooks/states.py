"""The states of a stored event.

=============  ===============================================================================
``received``   kept and acknowledged; waits for a worker
``claimed``    a worker is at it until its lease ends (``due_at_ms``); then it is anybody's again
``done``       handled: its effects are in the records
``failed``     the last attempt failed; tried again at ``due_at_ms``, never by itself where that is None
``dead``       given up after the last attempt; a replay or a duplicate wakes it
``ignored``    needs no handling, ``reason`` says why
``unhandled``  nothing here handles it yet; ready to be replayed when something does
=============  ===============================================================================
"""

from __future__ import annotations

RECEIVED = "received"
CLAIMED = "claimed"
DONE = "done"
FAILED = "failed"
DEAD = "dead"
IGNORED = "ignored"
UNHANDLED = "unhandled"

ALL = (RECEIVED, CLAIMED, DONE, FAILED, DEAD, IGNORED, UNHANDLED)
WAITING = frozenset({RECEIVED, CLAIMED, FAILED})
"""Not over yet, as far as ``due_at_ms`` is set."""

WOKEN_BY_DUPLICATE = frozenset({FAILED, DEAD})
"""A sender that sends them again gets them handled again."""
