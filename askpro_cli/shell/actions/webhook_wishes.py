"""From what was typed for ``askpro webhooks`` to the subscription that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.booking.subscriptions import DEFAULT_TRIGGERS, Wish, check_url, names_of
from askpro_cli.calcom.operations.webhooks import checked_triggers
from askpro_cli.shell.actions.webhook_words import read_secret_of

if TYPE_CHECKING:
    from askpro_cli.shell.context import App


def wish_to_subscribe(
    app: App, url: str, triggers: list[str], secret_file: str | None, *, insecure: bool, dry_run: bool
) -> Wish:
    """Return the subscription to make.

    Raises:
        InvalidValueError: the address or a trigger is wrong.
        ConfigError: there is no secret.
    """
    address = _address(app, url, insecure=insecure)
    wanted = checked_triggers(names_of(triggers)) if triggers else DEFAULT_TRIGGERS
    return Wish(
        url=address, triggers=wanted, secret=read_secret_of(app, secret_file, make=not dry_run), active=True
    )


def wish_to_update(
    app: App,
    url: str | None,
    triggers: list[str],
    secret_file: str | None,
    *,
    active: bool | None,
    set_secret: bool,
    insecure: bool,
    dry_run: bool,
) -> Wish:
    """Return what to change of a subscription.

    Raises:
        InvalidValueError: nothing is to be changed, or the address or a trigger is wrong.
        ConfigError: there is no secret to set.
    """
    sets_secret = set_secret or secret_file is not None
    if url is None and not triggers and active is None and not sets_secret:
        raise InvalidValueError(
            "nothing is to be changed", hint="give --url, --trigger, --active, --inactive or --set-secret"
        )
    return Wish(
        url=None if url is None else _address(app, url, insecure=insecure),
        triggers=checked_triggers(names_of(triggers)) if triggers else None,
        secret=read_secret_of(app, secret_file, make=not dry_run) if sets_secret else None,
        active=active,
    )


def _address(app: App, url: str, *, insecure: bool) -> str:
    address = check_url(url, insecure=insecure)
    if insecure:
        app.notice("--insecure-url: deliveries hold names and addresses; use it for rehearsals only")
    return address
