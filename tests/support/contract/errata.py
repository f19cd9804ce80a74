"""docs/calcom-errata.yaml: where the vendor's description is wrong, and what is true instead.

An erratum is a correction, not an excuse: what stands at its place is replaced, and messages are held to
the replacement. Its `says` must still stand there, or the vendor has changed the file.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ERRATA_FILE = Path(__file__).resolve().parents[3] / "docs" / "calcom-errata.yaml"


@dataclass(frozen=True)
class Erratum:
    """One error: *at* leads through the document, ``*`` to every entry, a parameter goes by its name."""

    id: str
    at: tuple[str, ...]
    wrong: str
    right: str
    source: str
    says: Any
    instead: Any


class StaleErratumError(AssertionError):
    """An erratum whose place does not say any more what it objects to."""


def read_errata(path: Path = ERRATA_FILE) -> list[Erratum]:
    """Return the errata, in the order of the file.

    Raises:
        TypeError: an entry lacks a field, or has one too many.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["errata"]
    return [Erratum(**{**entry, "at": tuple(map(str, entry["at"]))}) for entry in entries]


def corrected(document: dict[str, Any], errata: Sequence[Erratum]) -> dict[str, Any]:
    """Return a copy of *document* with what is true in the place of what is wrong.

    Raises:
        StaleErratumError: an erratum fits nowhere any more.
    """
    document = copy.deepcopy(document)
    for erratum in errata:
        places = [(place, name) for place in _places(document, erratum.at[:-1]) for name in _last(erratum)]
        wrong = [(place, name) for place, name in places if _says(_child(place, name), erratum.says)]
        if not wrong:
            message = f"{erratum.id}: nothing at {' / '.join(erratum.at)} says {erratum.says!r} any more"
            raise StaleErratumError(message)
        for place, name in wrong:
            _correct(place, name, erratum.instead)
    return document


def _places(node: Any, steps: Sequence[str]) -> Iterator[Any]:
    if not steps:
        yield node
        return
    first, rest = steps[0], steps[1:]
    for name, child in _children(node):
        if first == "*" or name in first.split("|"):
            yield from _places(child, rest)


def _children(node: Any) -> list[tuple[str, Any]]:
    if isinstance(node, dict):
        return list(node.items())
    if isinstance(node, list):
        return [(_name(child, index), child) for index, child in enumerate(node)]
    return []


def _name(child: Any, index: int) -> str:
    return str(child["name"]) if isinstance(child, dict) and "name" in child else str(index)


def _last(erratum: Erratum) -> list[str]:
    return erratum.at[-1].split("|")


def _child(place: Any, name: str) -> Any:
    return dict(_children(place)).get(name)


def _correct(place: Any, name: str, instead: Any) -> None:
    replacement = [] if instead is None else [copy.deepcopy(instead)]
    if isinstance(place, list):
        index = [entry for entry, _ in _children(place)].index(name)
        place[index : index + 1] = replacement
    elif replacement:
        place[name] = replacement[0]
    else:
        del place[name]


def _says(present: Any, says: Any) -> bool:
    """Tell whether *present* is what an erratum objects to; of objects and lists it may show a part."""
    if isinstance(present, dict) and isinstance(says, dict):
        return all(key in present and _says(present[key], value) for key, value in says.items())
    if isinstance(present, list) and isinstance(says, list):
        return all(any(_says(entry, wanted) for entry in present) for wanted in says)
    return bool(present == says)
