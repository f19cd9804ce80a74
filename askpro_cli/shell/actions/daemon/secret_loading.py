"""The secrets of webhooks from the settings, for the daemon and the commands that verify.

Files are read anew each time, the environment and the settings files only at the start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.redaction import fingerprint
from askpro_cli.shell.settings.secrets import read_secret
from askpro_cli.shell.settings.senders import SECTION, VENDORS, check_sender_secret
from askpro_cli.webhooks.arrivals import Secret
from askpro_cli.webhooks.secrets import split_secrets

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

_FINGERPRINT_DIGITS = 8


def load_secrets(app: App) -> Mapping[str, Sequence[Secret]]:
    """Return the secrets of all sources: of vendors the common ones, then those of companies; of senders.

    Raises:
        ConfigError: a file cannot be read, or a secret cannot be one of its source.
    """
    found = {source: [*_of_vendor(app, source)] for source in VENDORS}
    found |= {name: [*_of_sender(app, name)] for name in app.settings.senders()}
    return {source: _once_each(secrets) for source, secrets in found.items() if secrets}


def _once_each(secrets: Sequence[Secret]) -> list[Secret]:
    """Return every secret once; one that several share proves nobody's company, so it names none."""
    companies: dict[str, set[str | None]] = {}
    for secret in secrets:
        companies.setdefault(secret.value, set()).add(secret.company)
    first = {secret.value: secret for secret in reversed(secrets)}
    return [
        first[value] if len(owners) == 1 else first[value]._replace(company=None)
        for value, owners in companies.items()
    ]


def _of_vendor(app: App, source: str) -> Iterator[Secret]:
    yield from _read(app, f"webhook.secret_{source}", None)
    for slug in sorted(app.settings.companies()):
        yield from _read(app, f"companies.{slug}.webhook_secret_{source}", slug)


def _of_sender(app: App, name: str) -> Iterator[Secret]:
    yield from _read(app, f"{SECTION}.{name}.secret", app.settings.optional(f"{SECTION}.{name}.company"))


def _read(app: App, name: str, company: str | None) -> Iterator[Secret]:
    text = read_secret(app.settings, name, app.notice) or ""
    check_sender_secret(name, text, "see askpro config show --origin")
    secrets = split_secrets(text)
    if text and not secrets:  # a file half written must not take the secrets in use away
        hint = "write the secret into it, or take the setting away"
        raise ConfigError(f"{name} holds blanks and commas, but no secret", hint=hint, subject=name)
    for number, value in enumerate(secrets, start=1):
        _check_characters(name, value)
        yield Secret(f"{name}#{number}:{fingerprint(value)[:_FINGERPRINT_DIGITS]}", value, company)


def _check_characters(name: str, value: str) -> None:
    if not value.isprintable():
        message = f"a secret of {name} has characters that cannot be printed"
        raise ConfigError(message, hint="copy it again, as plain text", subject=name)
