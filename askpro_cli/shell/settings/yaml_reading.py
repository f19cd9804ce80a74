"""YAML with the two habits PyYAML lacks: a key given twice is an error, and errors name file and line."""

from __future__ import annotations

from typing import Any

import yaml

from askpro_cli.base.errors import ConfigError


class _Loader(yaml.SafeLoader):
    """Plain scalars only: dates stay texts, keys are unique."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            message = f"the key {key!r} stands twice"
            raise yaml.constructor.ConstructorError(problem=message, problem_mark=key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _text)


def parse_yaml(text: str, where: str) -> Any:
    """Return the document in *text*.

    Raises:
        ConfigError: it is not YAML, or a key stands twice; names *where* and the line.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except (yaml.YAMLError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not valid YAML"
        raise ConfigError(f"cannot read {where}{line}: {problem}", subject=where) from error
