"""Checks of the files that hold secrets: that askpro can read them, and others cannot."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.findings import CheckResult, Finding
from askpro_cli.shell.actions.checks import ENV003, ENV010
from askpro_cli.shell.settings.file_access import others_may_read
from askpro_cli.shell.settings.files import Flat, holds_secret, read_settings_file
from askpro_cli.shell.settings.layers import Origin, Places, environment_layer, files_of
from askpro_cli.shell.settings.secrets import read_secret_file
from askpro_cli.shell.settings.senders import check_sender_secret
from askpro_cli.shell.settings.table import find_setting, setting_name

_ENDING = "_file"


class _Named(NamedTuple):
    """A file some ``_file`` setting names: the setting as it stands there, the file, and where it stands."""

    name: str
    path: Path
    where: str


def check_secret_files(places: Places, env: Mapping[str, str]) -> CheckResult:
    """Read every file a ``_file`` setting names, of all profiles and companies."""
    named = list(_named_files(places, env))
    findings = tuple(finding for one in named if (finding := _unusable(one)))
    return CheckResult(ENV010, findings, detail=f"{len({one.path for one in named})} named")


def _unusable(named: _Named) -> Finding | None:
    try:
        name = named.name.removesuffix(_ENDING)
        secret, _ = read_secret_file(name, named.path, named.where)
        check_sender_secret(setting_name(name), secret, f"{named.path}, named in: {named.where}")
    except ConfigError as error:
        return Finding(
            ENV010.code,
            named.name,
            "a file with a secret",
            error.message,
            error.hint or f"askpro explain {ENV010.code}",
            ENV010.severity,
            sentence=error.message,
        )
    return None


def check_privacy(places: Places, env: Mapping[str, str]) -> CheckResult:
    """Report files with secrets that other users of this machine may read.

    A project file may hold none: ENV001 tells of a key in it, and where the key belongs.
    """
    findings = tuple(
        Finding(
            ENV003.code,
            str(path),
            "mode 600",
            f"mode {stat.S_IMODE(mode):03o}",
            f"chmod 600 {path}",
            ENV003.severity,
            sentence=f"{path} holds a secret and others may read it (mode {stat.S_IMODE(mode):03o})",
        )
        for path in sorted(_secret_files(places, env))
        if others_may_read(path, mode := _mode(path))
    )
    return CheckResult(ENV003, findings)


def _secret_files(places: Places, env: Mapping[str, str]) -> set[Path]:
    """Return the files that hold secrets: those named by ``_file`` settings, and settings with one inside."""
    found = {path for _, path, flat in _own_files(places) if holds_secret(flat)}
    return found | {named.path for named in _named_files(places, env)}


def _named_files(places: Places, env: Mapping[str, str]) -> Iterator[_Named]:
    for name, (raw, where) in environment_layer(env).values.items():
        if _names_file(name) and raw:
            yield _Named(name, Path(str(raw)).expanduser(), where)
    for origin, path, flat in _own_files(places):
        for name, raw in flat.items():
            if _names_file(name) and raw:
                yield _Named(name, Path(str(raw)).expanduser(), f"{origin} {path}")


def _names_file(name: str) -> bool:
    return name.endswith(_ENDING) and find_setting(setting_name(name)) is not None


def _own_files(places: Places) -> Iterator[tuple[Origin, Path, Flat]]:
    """Yield the files that may speak of secrets; one that cannot be read is told by ENV001."""
    for origin, path in files_of(places):
        if origin is Origin.PROJECT:
            continue
        try:
            yield origin, path, read_settings_file(path, cache_dir=None)
        except ConfigError:
            continue


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:  # told by check_secret_files
        return 0
