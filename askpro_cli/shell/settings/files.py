"""Reading settings files: YAML to a flat ``{dotted name: scalar}``, with a compiled copy to spare YAML.

PyYAML costs 14 ms to import and about 10 ms to parse the defaults: as much as the whole cached read.
A compiled copy in the cache folder is valid for one path, size and modification time. A file that holds
a secret is never copied: it is parsed on every start, which is why ``*_file`` is both safer and faster.
"""

from __future__ import annotations

import json
import os
import stat
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.folders import make_private_folder
from askpro_cli.shell.settings.setting import Kind
from askpro_cli.shell.settings.table import find_setting, setting_name

Flat = dict[str, Any]

_FORMAT = 1


def read_settings_file(path: Path, *, cache_dir: Path | None) -> Flat:
    """Return the file's settings, flat; *cache_dir* None never reads or writes a compiled copy.

    Raises:
        ConfigError: it cannot be read, is not YAML, or is not a mapping.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    stamp = [_FORMAT, str(path), status.st_mtime_ns, status.st_size]
    copy = cache_dir / f"settings-{zlib.crc32(str(path).encode()):08x}.json" if cache_dir else None
    known = _read_copy(copy, stamp) if copy else None
    if known is not None and os.access(path, os.R_OK):  # a file nobody may read says nothing any more
        return known
    flat = dict(_flatten(_parse(path), str(path)))
    if copy and _may_be_copied(flat):
        _write_copy(copy, stamp, flat)
    return flat


def _unreadable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(f"cannot read {path}: {error.strerror}", hint="askpro config path", subject=str(path))


def _parse(path: Path) -> Any:
    from askpro_cli.shell.settings.yaml_reading import parse_yaml

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text", subject=str(path)) from error
    return parse_yaml(text, str(path))


def _flatten(document: Any, where: str, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if document is None and not prefix:
        return
    if not isinstance(document, Mapping):
        raise ConfigError(f"{where} is not a mapping of settings", hint="askpro config init", subject=where)
    for key, value in document.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            yield from _flatten(value, where, f"{name}.")
        else:
            yield name, value if value != {} else None


def holds_secret(flat: Flat) -> bool:
    """Tell whether a file's settings include a secret itself (not the name of a file with one)."""
    return any(_said(raw) and _kind(name) in (Kind.SECRET, Kind.DSN) for name, raw in flat.items())


def _may_be_copied(flat: Flat) -> bool:
    """Tell whether nothing in a file can be a secret; a name nobody knows could be one, mistyped."""
    return not holds_secret(flat) and all(_kind(name) for name, raw in flat.items() if _said(raw))


def _said(raw: Any) -> bool:
    return raw is not None and raw != ""


def _kind(name: str) -> Kind | None:
    setting = find_setting(setting_name(name))
    return setting.kind if setting else None


def _read_copy(copy: Path, stamp: list[Any]) -> Flat | None:
    """Return the compiled copy when it is ours, private enough and of this very file."""
    try:
        with copy.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return None
            document = json.loads(stream.read())
    except (OSError, ValueError):
        return None
    if not isinstance(document, dict) or document.get("stamp") != stamp:
        return None
    flat = document.get("flat")
    return flat if isinstance(flat, dict) else None


def _write_copy(copy: Path, stamp: list[Any], flat: Flat) -> None:
    """Write the compiled copy in one step, mode 0600; a folder that cannot be written is not a failure."""
    temporary = copy.with_suffix(f".{os.getpid()}.tmp")
    try:
        text = json.dumps({"stamp": stamp, "flat": flat})
        make_private_folder(copy.parent)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        temporary.replace(copy)
    except (OSError, TypeError):
        with suppress(OSError):
            temporary.unlink()
