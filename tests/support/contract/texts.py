"""Every text of refusal the sandbox knows: constants and functions of its modules of messages."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator

import askpro_cli.sandbox

MODULES = ("messages", "texts")
_SOME = {int: 7, str: "abc"}


def sandbox_texts() -> dict[str, str]:
    """Return every text by its name, e.g. ``messages.IN_THE_PAST``; functions with some arguments."""
    found: dict[str, str] = {}
    for info in pkgutil.walk_packages(askpro_cli.sandbox.__path__, "askpro_cli.sandbox."):
        name = info.name.rpartition(".")[2]
        if name in MODULES:
            module = importlib.import_module(info.name)
            found |= {f"{name}.{key}": text for key, text in _texts(vars(module), info.name)}
    return found


def _texts(names: dict[str, object], module: str) -> Iterator[tuple[str, str]]:
    for name, value in names.items():
        if name.isupper() and isinstance(value, str):
            yield name, value
        elif inspect.isfunction(value) and value.__module__ == module and not name.startswith("_"):
            yield name, _made(value)


def _made(text: Callable[..., str]) -> str:
    kinds = inspect.signature(text, eval_str=True).parameters.values()
    return text(*[_SOME[parameter.annotation] for parameter in kinds])
