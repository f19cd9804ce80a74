"""The secrets of webhooks from the settings, for the daemon and the commands that verify.

Files are read anew each time, the environment and the settings files only at the start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.redaction import fingerprint
from askpro_cli.shell.settings.secrets import read_secret
from askpro_cli.webhooks.arrivals import Secret

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

VENDORS: Final = ("calcom", "retell", "stripe")
_BETWEEN = re.compile(r"[,\r\n]")
_FINGERPRINT_DIGITS = 8


def load_secrets(app: App) -> Mapping[str, Sequence[Secret]]:
    """Return the secrets of all sources: common ones first, then those of companies, and of senders.

    Raises:
        ConfigError: a file cannot be read, or a secret cannot be one of its source.
    """
    return {source: secrets for source in VENDORS if (secrets := [*_of_vendor(app, source)])}


def _of_vendor(app: App, source: str) -> Iterator[Secret]:
    yield from _read(app, f"webhook.secret_{source}", None)
    for slug in app.settings.companies():
        yield from _read(app, f"companies.{slug}.webhook_secret_{source}", slug)


def _read(app: App, name: str, company: str | None) -> Iterator[Secret]:
    text = read_secret(app.settings, name, app.notice)
    for number, value in enumerate(split_secrets(text or ""), start=1):
        yield Secret(
            f"{name}#{number}:{fingerprint(value)[:_FINGERPRINT_DIGITS]}", _checked(name, value), company
        )


def split_secrets(text: str) -> list[str]:
    """Return the secrets of a setting or a file: between commas or lines, without blanks around them."""
    return [secret for part in _BETWEEN.split(text) if (secret := part.strip())]


def _checked(name: str, value: str) -> str:
    if value.isascii() and value.isprintable():
        return value
    raise ConfigError(
        f"a secret of {name} has characters no vendor uses", hint="copy it again, as plain text", subject=name
    )
