"""The states of a replay and of each event in it.

A job:

=============  ==========================================================================
``filling``    its events are being written down; a run that died is taken up by the next
``ready``      waits for somebody to run it
``running``    somebody does, until the lease ends
``paused``     by hand, or because the run in the foreground was stopped
``cancelled``  by hand: what waited was skipped
``done``       every item is over
=============  ==========================================================================

An item:

============  ===========================================================================
``waiting``   not begun
``sending``   sent and not answered yet; inside: back in the inbox and not handled yet
``done``      answered with a 2xx; inside: handled, or ignored with a reason
``failed``    refused, could not be sent, or its handling failed
``skipped``   needed none, or the job was cancelled before its turn
``unknown``   sent, and the answer was lost: sent again only on demand
============  ===========================================================================
"""

from __future__ import annotations

FILLING = "filling"
READY = "ready"
RUNNING = "running"
PAUSED = "paused"
CANCELLED = "cancelled"
DONE = "done"

JOB_STATES = (FILLING, READY, RUNNING, PAUSED, CANCELLED, DONE)
OVER = frozenset({CANCELLED, DONE})

WAITING = "waiting"
SENDING = "sending"
ITEM_DONE = "done"
FAILED = "failed"
SKIPPED = "skipped"
UNKNOWN = "unknown"

ITEM_STATES = (WAITING, SENDING, ITEM_DONE, FAILED, SKIPPED, UNKNOWN)
