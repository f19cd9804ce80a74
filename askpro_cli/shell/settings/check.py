"""Checks of the settings alone: everything wrong in all files at once, not only the first mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from askpro_cli.base.errors import AskproError, ConfigError, InvalidValueError
from askpro_cli.base.findings import CheckResult, Finding
from askpro_cli.shell.actions.checks import ENV001, ENV004
from askpro_cli.shell.settings.files import read_settings_file
from askpro_cli.shell.settings.holiday_places import place_mistakes
from askpro_cli.shell.settings.layers import (
    Origin,
    Places,
    check_name,
    environment_layer,
    files_of,
    is_mere_section,
    unknown_variables,
)
from askpro_cli.shell.settings.senders import check_sender_secret
from askpro_cli.shell.settings.setting import Kind
from askpro_cli.shell.settings.table import find_setting, is_alias, setting_name
from askpro_cli.shell.settings.values import read_value


def check_settings(places: Places, env: Mapping[str, str]) -> CheckResult:
    """Read every file, name and value there is (all profiles and companies) and report what is wrong.

    Nothing is asked for over a network: whether an event type exists behind an alias, only Cal.com can say.
    """
    mistakes = [*_file_mistakes(places), *_environment_mistakes(env)]
    findings = tuple(
        Finding(
            ENV001.code,
            mistake.subject or "settings",
            "a valid setting",
            mistake.message,
            mistake.hint or "askpro help settings",
            ENV001.severity,
            sentence=mistake.message,
        )
        for mistake in mistakes
    )
    read = sum(1 for _ in files_of(places))
    return CheckResult(ENV001, findings, detail=f"{read} {'file' if read == 1 else 'files'} read")


def _file_mistakes(places: Places) -> Iterator[AskproError]:
    read: list[Mapping[str, object]] = []
    for origin, path in files_of(places):
        try:
            flat = read_settings_file(path, cache_dir=None)
        except ConfigError as error:
            yield error
            continue
        read.append(flat)
        for name, raw in flat.items():
            if not is_mere_section(name, raw):
                yield from _mistakes(name, raw, origin, path)
    yield from place_mistakes(read)


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
        if setting.kind is Kind.SECRET and value is not None:
            check_sender_secret(name, value, where)
        if is_alias(name) and value is not None:
            _check_target(name, value, where)
    except AskproError as error:
        yield error


def _check_target(name: str, value: str, where: str) -> None:
    """Raise ConfigError for an alias that leads to something no event type can be called."""
    from askpro_cli.calcom.event_types.lookup import parse_reference

    try:
        parse_reference(value, {})
    except InvalidValueError as error:
        message = f"{name} must be an id, user/slug or team/slug, not {value!r} ({where})"
        raise ConfigError(message, hint="askpro event-types list shows them", subject=name) from error


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
            sentence=f"{variable} sets nothing: no setting is called that",
        )
        for variable, meant in unknown_variables(env)
    )
    return CheckResult(ENV004, findings)
