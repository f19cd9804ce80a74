"""What the layers of the sandbox tell each other about one request, by way of the ASGI scope."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from askpro_cli.sandbox.control.faults import Fault

SCOPE_KEY = "askpro.sandbox"


@dataclass(slots=True)
class Exchange:
    """One request: its journal entry, the quirks its handler sees, its own clock offset in seconds.

    `delivery_faults` strike the webhooks this request causes.
    """

    entry: dict[str, Any]
    query: dict[str, list[str]]
    quirks: frozenset[str] = frozenset()
    clock_offset: float = 0.0
    delivery_faults: tuple[Fault, ...] = ()


# The request that is being answered, for whatever it causes: webhooks note themselves in its journal entry.
CURRENT: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
