"""The layers settings come from: defaults, user file, project file, environment, flags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum, unique
from pathlib import Path
from typing import Any, NamedTuple

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.nearest import nearest
from askpro_cli.base.shipped import shipped_path
from askpro_cli.shell.settings.files import Flat, read_settings_file
from askpro_cli.shell.settings.known import COMPANY_SETTINGS, SETTINGS
from askpro_cli.shell.settings.senders import NAME_RULE, sender_names, sender_setting_of
from askpro_cli.shell.settings.table import (
    SLUG_RULE,
    broken_rule,
    find_setting,
    is_section,
    names_like,
    setting_name,
)

PROJECT_FILE = "askpro.yaml"
# Read by the program itself, not settings.
_OTHER_VARIABLES = ("ASKPRO_CONFIG",)
_TEST_PREFIX = "ASKPRO_TEST_"


@unique
class Origin(StrEnum):
    """The layers, lowest first."""

    DEFAULT = "default"
    USER = "user file"
    PROJECT = "project file"
    ENVIRONMENT = "environment"
    FLAG = "flag"


class Layer(NamedTuple):
    """Raw values by name from one source, with where each stood (``environment ASKPRO_COMPANY``)."""

    origin: Origin
    values: Mapping[str, tuple[Any, str]]


class Places(NamedTuple):
    """The files and folders of this run."""

    user_file: Path
    user_file_named: bool
    project_file: Path
    cache_dir: Path | None


def find_places(env: Mapping[str, str], cwd: Path) -> Places:
    """Return where this run looks for settings; nothing is read."""
    named = env.get("ASKPRO_CONFIG", "")
    user = Path(named).expanduser() if named else xdg(env, "XDG_CONFIG_HOME", ".config") / "config.yaml"
    return Places(
        user_file=cwd / user,
        user_file_named=bool(named),
        project_file=cwd / PROJECT_FILE,
        cache_dir=xdg(env, "XDG_CACHE_HOME", ".cache"),
    )


def files_of(places: Places) -> Iterator[tuple[Origin, Path]]:
    """Yield the files to read, highest first; only a user file named by ASKPRO_CONFIG must exist."""
    if places.project_file != places.user_file and _is_file(places.project_file, unseen=False):
        yield Origin.PROJECT, places.project_file
    if places.user_file_named or _is_file(places.user_file, unseen=True):
        yield Origin.USER, places.user_file


def _is_file(path: Path, *, unseen: bool) -> bool:
    """Tell whether a settings file is there; *unseen* is the answer where its folder may not be looked into.

    The user's own file then counts as there, so that reading it fails aloud; a folder askpro happens to be
    started in holds no project file for somebody who may not enter it.
    """
    try:
        return path.is_file()
    except PermissionError:
        return unseen


def xdg(env: Mapping[str, str], variable: str, fallback: str) -> Path:
    """Return askpro's folder under an XDG base; a relative base is ignored, as the standard says."""
    base = env.get(variable, "")
    if base.startswith("/"):
        return Path(base) / "askpro"
    return Path(env.get("HOME") or Path.home()) / fallback / "askpro"


def default_layer(cache_dir: Path | None) -> Layer:
    """Return what ``config/defaults.yaml`` says."""
    flat = read_settings_file(shipped_path("defaults.yaml"), cache_dir=cache_dir)
    return Layer(Origin.DEFAULT, {name: (raw, "default") for name, raw in flat.items()})


def file_document(origin: Origin, path: Path, cache_dir: Path | None) -> Flat:
    """Return a file's settings, checked: known names only, and nothing guarded in a project file."""
    flat = read_settings_file(path, cache_dir=cache_dir)
    said = {name: raw for name, raw in flat.items() if not is_mere_section(name, raw)}
    for name in said:
        check_name(name, origin, path)
    return said


def is_mere_section(name: str, raw: Any) -> bool:
    """Tell whether a name is a section nobody filled (``cache:`` with all its lines commented out)."""
    return raw is None and is_section(name)


def file_layer(origin: Origin, path: Path, flat: Flat, profile: str | None) -> Layer:
    """Return a file's layer: its plain settings, overlaid by those of the chosen profile."""
    values = {
        name: (raw, f"{origin} {path}") for name, raw in flat.items() if not name.startswith("profiles.")
    }
    prefix = f"profiles.{profile}."
    for name, raw in flat.items():
        if profile and name.startswith(prefix):
            values[name.removeprefix(prefix)] = (raw, f"{origin} {path}, profile {profile}")
    return Layer(origin, values)


def slugs_in(flat: Flat) -> set[str]:
    """Return the slugs of the companies a file knows, in its profiles too."""
    parts = (name.split(".") for name in flat)
    plain = (part[2:] if part[0] == "profiles" else part for part in parts)
    return {part[1] for part in plain if len(part) > 1 and part[0] == "companies"}


def senders_in(flat: Flat) -> set[str]:
    """Return the names of the senders of Standard Webhooks a file knows, in its profiles too."""
    return set(sender_names({setting_name(name): raw for name, raw in flat.items()}))


def profiles_in(flat: Flat) -> set[str]:
    """Return the names of the profiles a file defines."""
    return {name.split(".")[1] for name in flat if name.startswith("profiles.")}


def check_name(name: str, origin: Origin, path: Path) -> None:
    """Raise ConfigError for a name no setting has, or a guarded one in a project file."""
    plain = setting_name(name)
    setting = find_setting(plain)
    if setting is None:
        raise _unknown_name(name, plain, path)
    if origin is Origin.PROJECT and setting.guarded:
        raise ConfigError(
            f"{path} sets {name}, which a project file may not",
            hint="set it in the user file (askpro config path) or in the environment",
            subject=name,
        )


_WHAT_IT_NAMES = {SLUG_RULE: "a company's slug", NAME_RULE: "a sender's name"}


def _unknown_name(name: str, plain: str, path: Path) -> ConfigError:
    broken = broken_rule(plain)
    if broken is not None:
        word, rule = broken
        what = _WHAT_IT_NAMES.get(rule, "an alias")
        example = re.sub(r"[^a-z0-9_]+", "-", word.lower()).strip("-_") if rule == SLUG_RULE else ""
        return ConfigError(
            f"{path} sets {name}, but {word!r} cannot be {what}",
            hint=f"{rule}, for example {example}" if example else rule,
            subject=name,
        )
    meant = nearest(plain, names_like(plain))
    hint = f"did you mean {name.removesuffix(plain)}{meant}" if meant else "askpro help settings lists them"
    return ConfigError(f"{path} sets {name}, which is not a setting", hint=hint, subject=name)


def environment_layer(
    env: Mapping[str, str], slugs: Iterable[str] = (), senders: Iterable[str] = ()
) -> Layer:
    """Return the settings in the environment; systemd's ``STATE_DIRECTORY`` stands in for the state folder.

    A variable has no hyphens: *slugs* are the companies of the files, to find ``salon-mitte`` again, and
    *senders* the senders.
    """
    companies = {slug.replace("-", "_"): slug for slug in slugs}
    known_senders = {name.replace("-", "_"): name for name in senders}
    values: dict[str, tuple[Any, str]] = {}
    if env.get("STATE_DIRECTORY"):
        values["state_dir"] = (env["STATE_DIRECTORY"].split(":")[0], "environment STATE_DIRECTORY")
    by_variable = {setting.env: setting.name for setting in SETTINGS}
    for variable, raw in env.items():
        if variable.startswith("ASKPRO_"):
            name = (
                by_variable.get(variable)
                or company_setting_of(variable, companies)
                or sender_setting_of(variable, known_senders)
            )
            if name and not _says_nothing(name, raw):
                values[name] = (raw, f"environment {variable}")
    return Layer(Origin.ENVIRONMENT, values)


def _says_nothing(name: str, raw: str) -> bool:
    """An empty variable unsets what may be unset (a Redis URL, a key) and is ignored elsewhere."""
    setting = find_setting(name)
    return raw == "" and not (setting and (setting.hidden or name in ("company", "profile")))


_COMPANY_PREFIX = "ASKPRO_COMPANIES_"
_COMPANY_VARIABLE = (
    r"ASKPRO_COMPANIES_(?P<slug>[A-Z0-9][A-Z0-9_]*?)_"
    rf"(?P<field>{'|'.join(setting.name.upper() for setting in COMPANY_SETTINGS)})"
)


def company_setting_of(variable: str, spelled: Mapping[str, str] | None = None) -> str | None:
    """Return ``companies.<slug>.<field>`` of a variable such as ASKPRO_COMPANIES_SALON_TIMEZONE."""
    match = re.fullmatch(_COMPANY_VARIABLE, variable) if variable.startswith(_COMPANY_PREFIX) else None
    if match is None:
        return None
    slug = match["slug"].lower()
    return f"companies.{(spelled or {}).get(slug, slug)}.{match['field'].lower()}"


def unknown_variables(env: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Yield the ASKPRO_ variables that set nothing, each with the nearest that would."""
    known = {setting.env for setting in SETTINGS} | set(_OTHER_VARIABLES)
    for variable in sorted(env):
        mine = variable.startswith("ASKPRO_") and not variable.startswith(_TEST_PREFIX)
        if (
            mine
            and variable not in known
            and not (company_setting_of(variable) or sender_setting_of(variable))
        ):
            yield variable, nearest(variable, known)


def flag_layer(flags: Mapping[str, str | None]) -> Layer:
    """Return what the command line says."""
    return Layer(Origin.FLAG, {name: (raw, f"flag --{name}") for name, raw in flags.items() if raw})


def first_said(layers: Iterable[Layer], name: str) -> Any:
    """Return the raw value of *name* in the first layer that says anything about it."""
    return next((layer.values[name][0] for layer in layers if name in layer.values), None)
