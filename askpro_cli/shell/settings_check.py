"""Checks of the settings alone: everything wrong in all files at once, not only the first mistake."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from askpro_cli.base.errors import AskproError, ConfigError
from askpro_cli.base.findings import CheckResult, Finding
from askpro_cli.shell.checks import ENV001, ENV003, ENV004
from askpro_cli.shell.settings_files import holds_secret, read_settings_file
from askpro_cli.shell.settings_layers import (
    Origin,
    Places,
    check_name,
    environment_layer,
    files_of,
    is_mere_section,
    unknown_variables,
)
from askpro_cli.shell.settings_table import Kind, find_setting, setting_name
from askpro_cli.shell.settings_values import read_value


def check_settings(places: Places, env: Mapping[str, str]) -> CheckResult:
    """Read every file, name and value there is (all profiles and companies) and report what is wrong."""
    mistakes = [*_file_mistakes(places), *_environment_mistakes(env)]
    findings = tuple(
        Finding(
            ENV001.code,
            mistake.subject or "settings",
            "a valid setting",
            mistake.message,
            mistake.hint or "askpro help settings",
            ENV001.severity,
        )
        for mistake in mistakes
    )
    return CheckResult(ENV001, findings, detail=f"{sum(1 for _ in files_of(places))} files read")


def _file_mistakes(places: Places) -> Iterator[AskproError]:
    for origin, path in files_of(places):
        try:
            flat = read_settings_file(path, cache_dir=None)
        except ConfigError as error:
            yield error
            continue
        for name, raw in flat.items():
            if not is_mere_section(name, raw):
                yield from _mistakes(name, raw, origin, path)


def _mistakes(name: str, raw: object, origin: Origin, path: Path) -> Iterator[AskproError]:
    try:
        check_name(name, origin, path)
        yield from _value_mistakes(setting_name(name), raw, f"{origin} {path}")
    except ConfigError as error:
        yield error


def _value_mistakes(name: str, raw: object, where: str) -> Iterator[AskproError]:
    from askpro_cli.base.times import get_zone

    setting = find_setting(name)
    if setting is None:
        return
    try:
        value = read_value(setting, raw, where)
        if setting.kind is Kind.ZONE and value is not None:
            get_zone(value)
    except AskproError as error:
        yield error


def _environment_mistakes(env: Mapping[str, str]) -> Iterator[AskproError]:
    for name, (raw, where) in environment_layer(env).values.items():
        yield from _value_mistakes(name, raw, where)


def check_variables(env: Mapping[str, str]) -> CheckResult:
    """Report ASKPRO_ variables that set nothing."""
    findings = tuple(
        Finding(
            ENV004.code,
            variable,
            "the name of a setting",
            "no setting is called that",
            f"did you mean {meant}" if meant else "askpro help environment",
            ENV004.severity,
        )
        for variable, meant in unknown_variables(env)
    )
    return CheckResult(ENV004, findings)


def check_privacy(places: Places, env: Mapping[str, str]) -> CheckResult:
    """Report files with secrets that other users of this machine may read."""
    findings = tuple(
        Finding(
            ENV003.code,
            str(path),
            "mode 600",
            f"mode {mode:03o}",
            f"chmod 600 {path}",
            ENV003.severity,
        )
        for path in sorted(_secret_files(places, env))
        if (mode := _mode(path)) & (stat.S_IRGRP | stat.S_IROTH)
    )
    return CheckResult(ENV003, findings)


def _secret_files(places: Places, env: Mapping[str, str]) -> set[Path]:
    """Return the files that hold secrets: those named by ``_file`` settings, and settings with one inside."""
    found: set[Path] = set()
    named = [raw for name, (raw, _) in environment_layer(env).values.items() if name.endswith("_file")]
    for _, path in files_of(places):
        try:
            flat = read_settings_file(path, cache_dir=None)
        except ConfigError:  # told by check_settings
            continue
        if holds_secret(flat):
            found.add(path)
        named += [raw for name, raw in flat.items() if name.endswith("_file") and raw]
    return found | {Path(str(raw)).expanduser() for raw in named if raw}


def _mode(path: Path) -> int:
    try:
        status = path.stat()
    except OSError:  # told where the secret is read
        return 0
    return stat.S_IMODE(status.st_mode) if stat.S_ISREG(status.st_mode) else 0
