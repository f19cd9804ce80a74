"""Python's collector of cycles, set for a process that runs for weeks."""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 20_000, 20, 50
"""New objects, and collections of the generation before, until a generation is looked through.

A request makes few cycles; looking for them among all that the start made would hold up its neighbours.
"""


def settle() -> None:
    """Take what the start left behind out of all later collections; called once, when all is made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
