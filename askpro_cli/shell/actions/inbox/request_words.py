"""What was typed for ``askpro webhooks verify|key|lint|send``: files, headers, times, providers, secrets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from askpro_cli.base.errors import ConfigError, InvalidValueError, NotFoundError
from askpro_cli.base.nearest import nearest
from askpro_cli.base.redaction import fingerprint
from askpro_cli.base.times import get_zone, parse_instant
from askpro_cli.shell.settings.senders import VENDORS
from askpro_cli.webhooks.arrivals import Headers, Secret
from askpro_cli.webhooks.secrets import split_secrets

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

STANDARD = "standard"
"""The provider of a sender of Standard Webhooks that is not configured."""
_STANDARD_TOO = ("standardwebhooks", "standard-webhooks", "standard_webhooks")
_SECONDS_DIGITS = 11
_LONGEST_EPOCH = 15


def read_body(app: App, file: str) -> bytes:
    """Return the bytes of a file, of stdin for ``-``.

    Raises:
        NotFoundError, InvalidValueError: there is none, or it cannot be read.
    """
    if file == "-":
        return _read_stdin(app)
    path = path_of(app, file)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no file {path}", subject=file) from error
    except OSError as error:
        raise InvalidValueError(f"cannot read {path}: {error.strerror}", subject=file) from error


def path_of(app: App, file: str) -> Path:
    """Return the path of a file that was typed."""
    return app.cwd / Path(file).expanduser()


def _read_stdin(app: App) -> bytes:
    stream = app.console.streams.stdin
    if stream is None:
        raise InvalidValueError("stdin is closed", subject="-")
    raw = getattr(stream, "buffer", None)
    return bytes(raw.read()) if raw is not None else stream.read().encode()


def read_provider(app: App, name: str) -> str:
    """Return the source a provider's name means: a vendor, a configured sender, or ``standard``.

    Raises:
        InvalidValueError: nobody is called so.
    """
    known = [*VENDORS, *app.settings.senders(), STANDARD]
    if name in known:
        return name
    if name in _STANDARD_TOO:
        return STANDARD
    meant = nearest(name, known)
    hint = f"did you mean {meant}" if meant else f"one of {', '.join(known)}"
    raise InvalidValueError(f"--provider: there is no provider {name!r}", hint=hint, subject="--provider")


def read_headers(lines: Sequence[str]) -> list[tuple[bytes, bytes]]:
    """Return headers that were typed as ``Name: value``.

    Raises:
        InvalidValueError: one has no colon or no name.
    """
    return [_header(line) for line in lines]


def _header(line: str) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise InvalidValueError("--header: write 'Name: value'", subject="--header")
    return _bytes(name.strip()), _bytes(value.strip())


def read_moment(app: App, text: str | None) -> int:
    """Return a time in milliseconds since 1970 UTC: ISO 8601, or so many seconds or milliseconds; None: now.

    Raises:
        InvalidValueError: it is none of these.
    """
    if text is None:
        return _milliseconds(app.clock.now())
    digits = text.strip()
    if digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_EPOCH:
        return int(digits) * (1000 if len(digits) <= _SECONDS_DIGITS else 1)
    return _milliseconds(parse_instant(text, get_zone(app.settings.text("timezone")), field="--at"))


def _milliseconds(instant: datetime) -> int:
    """Return whole milliseconds since 1970 UTC; a float of seconds would be one off at times."""
    return (instant - datetime.fromtimestamp(0, tz=UTC)) // timedelta(milliseconds=1)


def secrets_for(app: App, source: str, variable: str | None) -> tuple[Secret, ...]:
    """Return the secrets to verify or sign with: of a variable, else of the settings.

    Raises:
        ConfigError: there are none, or the settings' cannot be read.
    """
    if variable is not None:
        values = split_secrets(app.env.get(variable, ""))
        if not values:
            message = f"the variable {variable} holds no secret"
            raise ConfigError(message, hint=f"export {variable}=…", subject="--secret-env")
        if not all(value.isprintable() for value in values):
            message = f"a secret of {variable} has characters that cannot be printed"
            raise ConfigError(message, hint="copy it again, as plain text", subject="--secret-env")
        return tuple(Secret(f"{variable}#{n}:{fingerprint(one)[:8]}", one) for n, one in enumerate(values, 1))
    found = tuple(configured_secrets(app).get(source, ()))
    if not found:
        hint = f"name a variable with --secret-env, or set ASKPRO_{setting_of(source)}_FILE"
        raise ConfigError(f"no secret of {source} is configured", hint=hint, subject=source)
    return found


def configured_secrets(app: App) -> dict[str, tuple[Secret, ...]]:
    """Return all secrets of the settings by source.

    Raises:
        ConfigError: one cannot be read.
    """
    from askpro_cli.shell.actions.daemon.secret_loading import load_secrets

    return {source: tuple(secrets) for source, secrets in load_secrets(app).items()}


def setting_of(source: str) -> str:
    """Return the setting with a source's secret, as a variable spells it."""
    name = source.upper().replace("-", "_")
    return f"WEBHOOK_SECRET_{name}" if source in VENDORS else f"WEBHOOK_SENDERS_{name}_SECRET"


def with_signature(source: str, headers: Headers, signature: str | None) -> list[tuple[bytes, bytes]]:
    """Return *headers* with the signature that was typed apart, under the name its provider gives it.

    Raises:
        InvalidValueError: there is neither, or both.
    """
    from askpro_cli.webhooks.providers.known import provider_of

    name = provider_of(source).signature_headers[-1]
    is_there = any(key.lower() == name for key, _ in headers)
    if is_there == (signature is not None):
        what = "give the signature once" if is_there else "there is no signature"
        hint = f"--signature VALUE, or --header '{name.decode()}: VALUE'"
        raise InvalidValueError(f"--signature: {what}", hint=hint, subject="--signature")
    return [*headers, *([] if signature is None else [(name, _bytes(signature))])]


def _bytes(text: str) -> bytes:
    """Return what was typed, byte for byte, whatever its encoding."""
    return text.encode("utf-8", "surrogateescape")
