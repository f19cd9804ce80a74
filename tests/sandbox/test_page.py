"""docs/sandbox.md tells of every fault, endpoint and field there is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from askpro_cli.sandbox.control.faults import NAMES
from askpro_cli.sandbox.scenarios.loading import parse_scenario, scenario_names
from askpro_cli.sandbox.scenarios.model import (
    Action,
    Advance,
    Arm,
    CancelBooking,
    Requests,
    Scenario,
    ScenarioOptions,
    ScenarioWorld,
    Step,
    Target,
)
from askpro_cli.sandbox.vendor import ROUTES
from askpro_cli.sandbox.world import model

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sandbox.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
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
    from askpro_cli.sandbox.world.loading import parse

    _, example = EXAMPLES
    assert parse(example, "docs/sandbox.md").users[0].username == "praxis"


def test_the_example_of_a_scenario_is_one() -> None:
    example, _ = EXAMPLES
    assert parse_scenario(example, "docs/sandbox.md", None, datetime.now(UTC)).scenario.steps


def test_every_shipped_scenario_is_listed() -> None:
    assert set(scenario_names()) <= WORDS


@pytest.mark.parametrize("action", get_args(Action))
def test_every_action_of_a_scenario_is_listed(action: type[msgspec.Struct]) -> None:
    assert f"`{action.__struct_config__.tag}`" in PAGE


OF_SCENARIOS = (Scenario, ScenarioWorld, ScenarioOptions, Step, Requests, Target, Arm, Advance, CancelBooking)


@pytest.mark.parametrize("part", OF_SCENARIOS)
def test_every_field_of_a_scenario_is_listed(part: type[msgspec.Struct]) -> None:
    for field in msgspec.structs.fields(part):
        assert f"`{field.encode_name}`" in PAGE, f"{part.__name__}.{field.encode_name}"
