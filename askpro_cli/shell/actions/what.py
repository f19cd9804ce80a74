"""What is booked or asked about: EVENT_TYPE, or a service of the records; exactly one of the two.

Imports nothing heavy: what a service means lies in the shared state, and only a miss opens the records.
"""

from __future__ import annotations

import shlex
import zlib
from typing import TYPE_CHECKING, NamedTuple

from askpro_cli.base.errors import InvalidValueError, UsageError
from askpro_cli.calcom.event_types.lookup import Reference, parse_reference

if TYPE_CHECKING:
    from askpro_cli.booking.flow.mapping.wishes import ServiceWish
    from askpro_cli.booking.service_cache import ServiceCache
    from askpro_cli.shell.context import App


class What(NamedTuple):
    """What was typed to say it; None where an option was not given."""

    event_type: str | None
    service: str | None = None
    branch: str | None = None
    staff: str | None = None
    customer: int | None = None
    call: str | None = None

    def check(self) -> None:
        """Raise unless exactly one of the two is named.

        Raises:
            UsageError: both or neither are, or an option that goes with a service stands without one.
        """
        if self.event_type is not None and self.service is not None:
            raise UsageError("EVENT_TYPE and --service exclude each other", subject="--service")
        if self.service is not None:
            return
        without = [
            name for name in ("branch", "staff", "customer", "call") if getattr(self, name) is not None
        ]
        if without:
            raise UsageError(f"--{without[0]} goes with --service", subject=f"--{without[0]}")
        if self.event_type is None:
            raise UsageError(
                "nothing says what is meant: name EVENT_TYPE or --service",
                subject="event_type",
                hint="askpro event-types list shows the event types, askpro services list the services",
            )

    def wish(self) -> ServiceWish | None:
        """Return the service with where and with whom, None for an event type.

        Raises:
            UsageError: as :meth:`check`.
        """
        self.check()
        if self.service is None:
            return None
        from askpro_cli.booking.flow.mapping.wishes import ServiceWish

        return ServiceWish(self.service, self.branch, self.staff, self.customer, self.call)


def reference_of(app: App, what: What, *, refresh: bool = False) -> Reference:
    """Return the event type that is meant, for reading its free times.

    Args:
        app: of this run.
        what: as it was typed.
        refresh: ask the records even if the shared state knows.

    Raises:
        UsageError: as :meth:`What.check`.
        InvalidValueError: the name is malformed, or means several services.
        NotFoundError, RefusedError: the records know no such service, or nothing books it.
        RecordsError: the database cannot be used.
    """
    wish = what.wish()
    if wish is None:
        return event_type_named(app, what.event_type or "")
    cache = service_cache(app)
    known = None if refresh else cache.read(wish)
    return Reference(id=known if known is not None else _resolve(app, cache, wish))


def event_type_named(app: App, text: str) -> Reference:
    """Return the event type that *text* names.

    Raises:
        InvalidValueError: it names none; the hint is --service where a service is called so.
    """
    try:
        return parse_reference(text, app.company.event_types)
    except InvalidValueError as error:
        from askpro_cli.shell.actions.records.offers import is_service

        if is_service(app, text):
            error.hint = f"it is a service of the records: --service {shlex.quote(text.strip())}"
        raise


def service_cache(app: App) -> ServiceCache:
    """Return what the shared state knows of the company's services."""
    from askpro_cli.booking.service_cache import ServiceCache
    from askpro_cli.shell.wiring import records_url

    scope = f"{zlib.crc32(records_url(app).encode()):08x}"
    return ServiceCache(app.state(), app.settings.number("cache.services_ttl"), scope)


def _resolve(app: App, cache: ServiceCache, wish: ServiceWish) -> int:
    """Ask the records, and let the shared state know."""
    from askpro_cli.booking.flow.mapping.mapping import resolve
    from askpro_cli.shell.actions.records.opened import company_records

    begun = cache.begin()
    target = company_records(app, read_only=True).run_in_transaction(
        lambda session: resolve(session, wish), context="look up a service"
    )
    cache.keep(begun, wish, target.event_type_id)
    return target.event_type_id
