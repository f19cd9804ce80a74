"""The settings of one run, each with where it came from: flag > environment > project > user > default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.nearest import nearest
from askpro_cli.shell.settings.files import Flat
from askpro_cli.shell.settings.layers import (
    Layer,
    Origin,
    Places,
    default_layer,
    environment_layer,
    file_document,
    file_layer,
    files_of,
    find_places,
    first_said,
    flag_layer,
    profiles_in,
    senders_in,
    slugs_in,
    xdg,
)
from askpro_cli.shell.settings.senders import sender_names
from askpro_cli.shell.settings.table import find_setting
from askpro_cli.shell.settings.values import read_value

Document = tuple[Origin, Path, Flat]
"""A settings file: its layer, its path, what it says."""


class Value(NamedTuple):
    """A setting's value, the layer it came from, and where exactly it stood."""

    value: Any
    origin: Origin
    where: str


class Settings:
    """All settings by name. Ask with the method of the type you expect: the table guarantees it."""

    def __init__(
        self,
        values: Mapping[str, Value],
        places: Places,
        env: Mapping[str, str],
        profiles: frozenset[str] = frozenset(),
    ) -> None:
        self._values = dict(values)
        self.places = places
        self.env = env
        self.profiles = profiles

    def get(self, name: str) -> Any:
        """Return the value, None when it is not set; KeyError for a name not in the table."""
        if name in self._values:
            return self._values[name].value
        if find_setting(name) is None:
            raise KeyError(name)
        return None

    def text(self, name: str) -> str:
        """Return a text that is always set."""
        return str(self._required(name))

    def optional(self, name: str) -> str | None:
        """Return a text, or None when it is not set."""
        value = self.get(name)
        return None if value is None else str(value)

    def integer(self, name: str) -> int:
        """Return a whole number."""
        return int(self._required(name))

    def number(self, name: str) -> float:
        """Return a number, in the unit of the table."""
        return float(self._required(name))

    def flag(self, name: str) -> bool:
        """Return true or false."""
        return bool(self._required(name))

    def _required(self, name: str) -> Any:
        value = self.get(name)
        if value is None:
            raise ConfigError(f"{name} is not set", hint="askpro config show --origin", subject=name)
        return value

    def origin(self, name: str) -> Value | None:
        """Return value, layer and place of a setting; None when nobody, not even a default, says it."""
        return self._values.get(name)

    def items(self) -> Iterator[tuple[str, Value]]:
        """Yield all settings somebody said, by name."""
        yield from sorted(self._values.items())

    def companies(self) -> dict[str, dict[str, Value]]:
        """Return the configured companies: slug → field → value."""
        found: dict[str, dict[str, Value]] = {}
        for name, value in self._values.items():
            if name.startswith("companies."):
                slug, _, field = name.removeprefix("companies.").partition(".")
                fields = found.setdefault(slug, {})
                if field:
                    fields[field] = value
        return found

    def senders(self) -> list[str]:
        """Return the names of the configured senders of Standard Webhooks, sorted."""
        return sender_names(self._values)

    @property
    def state_dir(self) -> Path:
        """Return the folder of state, records and logs; it may not exist yet."""
        configured = self.optional("state_dir")
        if configured:
            return Path(configured).expanduser()
        return xdg(self.env, "XDG_STATE_HOME", ".local/state")


def load_settings(env: Mapping[str, str], cwd: Path, flags: Mapping[str, str | None]) -> Settings:
    """Read all layers and merge them.

    Raises:
        ConfigError: a file is unreadable, a name unknown, a value wrong, the profile missing.
    """
    places = find_places(env, cwd)
    documents = [
        (origin, path, file_document(origin, path, places.cache_dir)) for origin, path in files_of(places)
    ]
    profiles = frozenset[str]().union(*(profiles_in(flat) for _, _, flat in documents))
    layers = read_layers(documents, env, flags)
    chosen = first_said(layers, "profile")
    if chosen and chosen not in profiles:
        raise _no_profile(chosen, profiles, places)
    merged = merge_layers([*layers, default_layer(places.cache_dir)])
    return Settings(merged, places, env, profiles)


def read_layers(
    documents: Sequence[Document], env: Mapping[str, str], flags: Mapping[str, str | None]
) -> list[Layer]:
    """Return the layers above the defaults, highest first, with the chosen profile laid over each file."""
    slugs = set[str]().union(*(slugs_in(flat) for _, _, flat in documents))
    senders = set[str]().union(*(senders_in(flat) for _, _, flat in documents))
    above = [flag_layer(flags), environment_layer(env, slugs, senders)]
    plain = [file_layer(origin, path, flat, None) for origin, path, flat in documents]
    profile = first_said([*above, *plain], "profile")
    return [*above, *(file_layer(origin, path, flat, profile) for origin, path, flat in documents)]


def _no_profile(profile: str, known: frozenset[str], places: Places) -> ConfigError:
    meant = nearest(profile, known)
    hint = f"did you mean --profile {meant}" if meant else f"add profiles.{profile} to {places.user_file}"
    return ConfigError(f"there is no profile {profile!r}", hint=hint, subject="profile")


def merge_layers(layers: Sequence[Layer]) -> dict[str, Value]:
    """Return every setting with the value of the highest layer that says it; *layers* highest first.

    A secret and its ``_file`` are one question: a layer that answers either silences both below.
    """
    merged: dict[str, Value] = {}
    for layer in layers:
        answered = {name for name in layer.values if not _silenced(name, merged)}
        for name in answered:
            merged[name] = _read(name, layer)
    return merged


def _silenced(name: str, merged: Mapping[str, Value]) -> bool:
    twin = name.removesuffix("_file") if name.endswith("_file") else f"{name}_file"
    return name in merged or (twin in merged and find_setting(twin) is not None)


def _read(name: str, layer: Layer) -> Value:
    raw, where = layer.values[name]
    if layer.origin is Origin.DEFAULT:  # ours, typed by YAML, and held to the table by a test
        return Value(raw, layer.origin, where)
    setting = find_setting(name)
    if setting is None:
        raise ConfigError(f"{name} is not a setting ({where})", subject=name)
    return Value(read_value(setting, raw, where), layer.origin, where)
