"""What was typed for ``askpro webhooks``, checked before anything is opened; imports nothing heavy."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from askpro_cli.base.errors import ConfigError, InvalidValueError
from askpro_cli.calcom.event_types.lookup import Reference, parse_reference

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

SETTING = "webhook.secret_calcom"
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Where:
    """Whose subscriptions are meant: the key's own user, unless an event type or organisation is named."""

    event_type: Reference | None = None
    organization: int | None = None


def read_where(app: App, event_type: str | None, organization: int | None) -> Where:
    """Return the scope that was typed.

    Raises:
        InvalidValueError: both, or no name of an event type.
    """
    if event_type is not None and organization is not None:
        raise InvalidValueError("--event-type and --organization exclude each other", subject="--event-type")
    named = parse_reference(event_type, app.company.event_types) if event_type is not None else None
    return Where(named, organization)


def read_secret_of(app: App, file: str | None, *, make: bool) -> str:
    """Return the secret that signs deliveries: from *file*, else from the settings.

    With *make* a file that is not there is made with a new secret, mode 600; one that is there is read, so
    that the same command can be run again. Without *make* the secret of a file that is not there is one that
    nobody keeps: a dry run compares with it and sends nothing.

    Raises:
        ConfigError: nobody set a secret, or the file cannot be used.
    """
    from askpro_cli.booking.subscriptions import check_secret
    from askpro_cli.shell.settings.secrets import read_secret, read_secret_file

    if file is None:
        found = read_secret(app.settings, SETTING, app.notice)
        if found:
            return check_secret(found)
        raise ConfigError(
            "there is no secret for Cal.com's webhooks: anybody could send deliveries",
            subject=SETTING,
            hint="set ASKPRO_WEBHOOK_SECRET_CALCOM_FILE, or make one with --generate-secret FILE",
        )
    path = Path(file).expanduser()
    if not path.is_absolute():
        path = app.cwd / path
    if not make and not path.exists():
        app.notice(f"would make a secret in {path}")
        return _new_secret()
    if make and _make(path):
        app.notice(f"made a secret in {path}; let the receiver know it: {SETTING}_file: {path}")
    secret, is_open = read_secret_file(SETTING, path, "--generate-secret")
    if is_open:
        app.notice(f"{path} holds a secret and others may read it: chmod 600 {path}")
    return check_secret(secret)


def _make(path: Path) -> bool:
    """Write a new secret, unless the file is there; tell whether it was made.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}", subject="--generate-secret") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(f"{_new_secret()}\n")
    return True


def _new_secret() -> str:
    from secrets import token_hex

    return token_hex(_SECRET_BYTES)
