"""Which event types a job of ``askpro cache`` is about, as it was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import Interval
from askpro_cli.booking.windows import read_window
from askpro_cli.calcom.event_types.lookup import Reference, parse_reference

if TYPE_CHECKING:
    from askpro_cli.calcom.upkeep.choosing import Choice, Chooser
    from askpro_cli.shell.context import App

DEFAULT_DAYS = 14


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, checked before anything is opened or sent.

    Args:
        how: ``named``, ``aliases`` (nothing was named, the company has some) or ``all``.
        references: of the named ones and the aliases, by the words they go by.
        window: the days, in the company's zone.
    """

    how: str
    references: Mapping[str, Reference]
    window: Interval

    @classmethod
    def read(
        cls,
        app: App,
        event_types: Sequence[str],
        *,
        everything: bool,
        days: int | None,
        max_requests: int | None,
    ) -> Wanted:
        """Check what was typed, and let the run send no more than it may.

        Raises:
            InvalidValueError: something is malformed or contradicts something else.
        """
        if everything and event_types:
            raise InvalidValueError("--all and --event-type exclude each other", subject="--all")
        if max_requests is not None and max_requests < 1:
            raise InvalidValueError(
                f"--max-requests: {max_requests} is below 1", subject="--max-requests", hint="leave it out"
            )
        zone = app.company.zone
        window = read_window(None, None, days, default_days=DEFAULT_DAYS, zone=zone, clock=app.clock)
        how = "all" if everything else "named" if event_types else "aliases"
        names = event_types or ([] if everything else sorted(app.company.event_types))
        references = {name: parse_reference(name, app.company.event_types) for name in names}
        app.max_requests = max_requests
        return cls(how if references else "all", references, window)

    def told(self, app: App) -> str:
        """Return which event types are meant, for a person."""
        which = {
            "named": "the event types named",
            "aliases": f"the event types that have an alias for {app.company.slug}",
            "all": "all event types the key may see",
        }
        return which[self.how]

    async def find(self, chooser: Chooser) -> Choice:
        """Return the event types.

        Raises:
            VendorError, UnknownError, RequestCapError: Cal.com could not be asked.
        """
        return await (chooser.all() if self.how == "all" else chooser.named(self.references))
