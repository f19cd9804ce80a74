"""Secrets: from the environment, a file, or the system keyring; read when needed, never printed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from askpro_cli.base.errors import ConfigError
from askpro_cli.shell.settings.file_access import others_may_read
from askpro_cli.shell.settings.loading import Settings

KEYRING_SERVICE = "askpro"

Notice = Callable[[str], None]


def read_secret(settings: Settings, name: str, on_notice: Notice) -> str | None:
    """Return the secret called *name* (``calcom.api_key``), None when nobody set it.

    Args:
        settings: of this run.
        name: as in the table; also ``companies.<slug>.calcom_api_key`` and ``redis_url``.
        on_notice: told about a file that others may read.

    Raises:
        ConfigError: its file cannot be read or is empty, or value and file are both set in one place.
    """
    value, file = settings.origin(name), settings.origin(f"{name}_file")
    if value and value.value and file and file.value:
        raise ConfigError(
            f"{name} and {name}_file are both set ({value.where})", hint="keep one of them", subject=name
        )
    if value and value.value:
        return str(value.value)
    if file and file.value:
        path = Path(str(file.value)).expanduser()
        secret, is_open = read_secret_file(name, path, file.where)
        if is_open:
            on_notice(f"{path} holds a secret and others may read it: chmod 600 {path}")
        return secret
    return _read_keyring(name) if settings.flag("secrets.keyring") else None


def read_secret_file(name: str, path: Path, where: str) -> tuple[str, bool]:
    """Return the secret in a file, and whether others may read it.

    Args:
        name: of the secret, without ``_file``.
        path: of the file.
        where: the place that names the file.

    Raises:
        ConfigError: it cannot be read, is not text, or is empty.
    """
    try:
        mode = path.stat().st_mode
        secret = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigError(
            f"cannot read {name} from {path}: {why}",
            hint=f"it is named in: {where}",
            subject=f"{name}_file",
        ) from error
    if not secret:
        raise ConfigError(
            f"{path} is empty, so {name} is not known",
            hint=f"it is named in: {where}",
            subject=f"{name}_file",
        )
    return secret, others_may_read(path, mode)


def _read_keyring(name: str) -> str | None:
    """Ask the system keyring; its errors are many and its own, so each becomes a ConfigError."""
    try:
        keyring = import_module("keyring")
        failure = import_module("keyring.errors").KeyringError
    except ImportError as error:
        raise ConfigError(
            "secrets.keyring is on, but the keyring package is not installed",
            hint="pip install 'askpro[keyring]'",
            subject="secrets.keyring",
        ) from error
    try:
        found = keyring.get_password(KEYRING_SERVICE, name)
    except failure as error:
        raise ConfigError(
            f"the system keyring did not give {name}: {error}", subject="secrets.keyring"
        ) from error
    return None if found is None else str(found)
