"""The data file: YAML into a checked `Definition`, errors with file and path."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import yaml

from askpro_cli.base.errors import ConfigError
from askpro_cli.sandbox.world.model import Definition
from askpro_cli.sandbox.world.problems import problems
from askpro_cli.sandbox.world.world import World

_QUOTES = "write times and dates in quotes: YAML reads 10:00 as a number"


def load_world(path: Path | None = None, *, api_key: str | None = None, seed: int | None = None) -> World:
    """Return the world of *path*, or the built-in salon.

    Args:
        path: a YAML file; None for the salon.
        api_key: replaces the first valid key of the file.
        seed: makes booking uids repeatable.

    Raises:
        ConfigError: the file cannot be read, is no YAML, or says something that cannot be; names file and
        path.
    """
    definition = load_definition(path)
    return World(definition if api_key is None else with_key(definition, api_key), seed=seed)


def load_definition(path: Path | None = None) -> Definition:
    """Return what the file at *path* describes, or the built-in salon; raises like `load_world`."""
    return _salon() if path is None else parse(_read(path), str(path))


@cache
def _salon() -> Definition:
    """Return the built-in salon: frozen, so that all worlds of a process may begin with the same."""
    return parse(_read(None), "the built-in salon")


def parse(text: str, name: str) -> Definition:
    """Return what *text* describes; *name* stands in the errors. See `load_world`."""
    document = yaml_document(text, name)
    try:
        definition = msgspec.convert(document, Definition)
    except msgspec.ValidationError as error:
        raise _wrong(name, str(error).replace("`$.", "`").replace("`$`", "the top"), hint=_QUOTES) from error
    for where, problem in problems(definition):
        raise _wrong(name, f"{problem} - at `{where}`")
    return definition


def yaml_document(text: str, name: str) -> Any:
    """Return the document of a YAML text; ConfigError names *name* when it is none."""
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        message = f"{name} is not YAML: {' '.join(str(error).split())}"
        raise ConfigError(message, subject=name) from error


def _read(path: Path | None) -> str:
    if path is None:
        return resources.files("askpro_cli.sandbox.data").joinpath("salon.yaml").read_text("utf-8")
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the sandbox data {path}: {error}", subject=str(path)) from error


def _wrong(name: str, problem: str, hint: str | None = None) -> ConfigError:
    return ConfigError(f"sandbox data in {name}: {problem}", hint=hint, subject=name)


def with_key(definition: Definition, key: str) -> Definition:
    """Return the definition with *key* in place of its first valid one; ConfigError without a valid one."""
    keys = [found for found in definition.api_keys if found.state == "valid" and found.key.startswith("cal_")]
    if not keys:
        raise ConfigError("the sandbox data has no valid API key to replace")
    replaced = [
        msgspec.structs.replace(found, key=key) if found is keys[0] else found
        for found in definition.api_keys
    ]
    return msgspec.structs.replace(definition, api_keys=replaced)
