"""docs/sandbox.md tells of every fault, endpoint and field there is."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from askpro_cli.sandbox import model
from askpro_cli.sandbox.faults import NAMES
from askpro_cli.sandbox.vendor import ROUTES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sandbox.md").read_text("utf-8")
WORDS = set(re.findall(r"`([^`\n]+)`", PAGE))
PARTS = [part for part in vars(model).values() if isinstance(part, type) and issubclass(part, model.Part)]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_fault_is_explained(name: str) -> None:
    assert any(word.split("=")[0] == name for word in WORDS)


@pytest.mark.parametrize("operation", sorted({f"{route.method} {route.pattern}" for route in ROUTES}))
def test_every_endpoint_is_listed(operation: str) -> None:
    assert operation in WORDS


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_field_of_the_data_file_is_listed(part: type[model.Part]) -> None:
    for field in msgspec.structs.fields(part):
        shown = f"**`{field.encode_name}`**" if field.required else f"`{field.encode_name}`"
        assert shown in PAGE, f"{part.__name__}.{field.encode_name}"


def test_the_example_of_a_data_file_is_one() -> None:
    from askpro_cli.sandbox.loading import parse

    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert parse(example, "docs/sandbox.md").users[0].username == "praxis"
