"""A company that the settings do not name must stand in the records: a mistyped slug is nobody.

Otherwise it would work with the common key, and keep caches and idempotency keys of its own.
"""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING

from askpro_cli.base.errors import NotFoundError, StateError

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

_REMEMBERED = 3600.0  # seconds; a cached read must not open the records
_NAMESPACE = "_records"


def require_known(app: App, slug: str) -> None:
    """Let a company pass that the records hold; what they said is remembered for an hour.

    Raises:
        NotFoundError: they do not hold it, or there are no records yet.
        RecordsError: they cannot be asked.
    """
    from askpro_cli.base.redaction import fingerprint
    from askpro_cli.shell import wiring

    key = f"company:{fingerprint(wiring.records_url(app))}:{slug}"
    with closing(wiring.open_state_store(app, _NAMESPACE)) as store:
        with suppress(StateError):
            if store.get(key) is not None:
                return
        _ask_records(app, slug)
        with suppress(StateError):
            store.set(key, b"1", ttl=_REMEMBERED)


def _ask_records(app: App, slug: str) -> None:
    from askpro_cli.shell.actions.records.opened import platform_records

    try:
        platform_records(app, read_only=True).for_company(slug)
    except NotFoundError as error:
        message = f"there is no company {slug!r} in the settings, and {error.message}"
        hint = f"{error.hint}; or add companies.{slug} to {app.settings.places.user_file}"
        raise NotFoundError(message, hint=hint, subject="company") from error
