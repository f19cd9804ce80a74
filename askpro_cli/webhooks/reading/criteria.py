"""Which events are meant: one filter for lists, exports, replays and the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.nearest import nearest
from askpro_cli.webhooks import states

ENTITY_KINDS = ("booking", "call")
"""What stands before the colon of an entity where somebody names only what stands behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """A filter over stored events; every part that is given must hold, of several values one.

    Args:
        ids: rows.
        sources: ``calcom``, ``retell``, ``stripe``, or a configured sender.
        types: as the sender calls them.
        states: of :mod:`~askpro_cli.webhooks.states`.
        company: slug.
        no_company: only events whose company is not known; excludes *company*.
        since_ms: received at or after, milliseconds since 1970 UTC.
        until_ms: received before.
        error: part of the reason, upper and lower case alike.
        entity: ``booking:UID`` or ``call:ID``; without the colon any of the two.
        up_to_id: no event that came after this row; what a replay is bound to.
    """

    ids: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    company: str | None = None
    no_company: bool = False
    since_ms: int | None = None
    until_ms: int | None = None
    error: str | None = None
    entity: str | None = None
    up_to_id: int | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was asked for: every event matches."""
        return replace(self, up_to_id=None) == Criteria()

    def as_dict(self) -> dict[str, Any]:
        """Return what was given, as JSON."""
        given = {name: value for name, value in asdict(self).items() if value not in ((), None, False)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Criteria:
        """Return the criteria that :meth:`as_dict` wrote down."""
        known = {one.name for one in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in given.items()
            if name in known
        }
        return cls(**values)


def checked_states(words: Sequence[str], *, field: str = "--state") -> tuple[str, ...]:
    """Return the states named, each once.

    Raises:
        InvalidValueError: one is none; the nearest is suggested.
    """
    for word in words:
        if word not in states.ALL:
            meant = nearest(word, states.ALL)
            raise InvalidValueError(
                f"{field}: {word!r} is no state of an event",
                subject=field,
                hint=f"did you mean {meant}?" if meant else f"one of {', '.join(states.ALL)}",
            )
    return tuple(dict.fromkeys(words))
