"""Scenario files: YAML into a checked `Scenario` and its world, errors with file and path."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from askpro_cli.base.clock import ManualClock, SystemClock
from askpro_cli.base.errors import ConfigError, InvalidValueError
from askpro_cli.base.nearest import nearest
from askpro_cli.sandbox.clock import SandboxClock
from askpro_cli.sandbox.control.faults import FaultPlan, parse_faults
from askpro_cli.sandbox.protocol.throttler import parse_rate_limit
from askpro_cli.sandbox.scenarios.actions import Stage, carry_out
from askpro_cli.sandbox.scenarios.model import Arm, Scenario, ScenarioWorld, Step
from askpro_cli.sandbox.world.loading import load_definition, yaml_document
from askpro_cli.sandbox.world.model import Definition
from askpro_cli.sandbox.world.problems import problems
from askpro_cli.sandbox.world.world import World

_SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario that can be played, and what its sandbox knows."""

    scenario: Scenario
    definition: Definition
    now: datetime | None


def scenario_names() -> dict[str, str]:
    """Return the shipped scenarios with their titles."""
    return {
        file.name.removesuffix(_SUFFIX): _read(file.read_text("utf-8"), file.name).title for file in _files()
    }


def _shipped() -> Traversable:
    return resources.files("askpro_cli.sandbox.data") / "scenarios"


def _files() -> list[Traversable]:
    found = (file for file in _shipped().iterdir() if file.name.endswith(_SUFFIX))
    return sorted(found, key=lambda file: file.name)


def load_scenario(name: str, now: datetime) -> Loaded:
    """Return the scenario of a file, or a shipped one.

    Args:
        name: a path, or the name of a shipped scenario.
        now: the machine's time, for the dates a scenario counts from today.

    Raises:
        ConfigError: the file cannot be read, is no scenario, or does something that cannot be.
        InvalidValueError: there is no such file and no such name.
    """
    path = Path(name)
    shipped = _shipped() / f"{name}{_SUFFIX}"
    if path.suffix in (".yaml", ".yml") or path.is_file():
        text, base, shown = _file_text(path), path.parent, name
    elif "/" not in name and shipped.is_file():
        text, base, shown = shipped.read_text("utf-8"), None, f"the shipped scenario {name}"
    else:
        raise _unknown(name)
    return parse_scenario(text, shown, base, now)


def parse_scenario(text: str, shown: str, base: Path | None, now: datetime) -> Loaded:
    """Return the scenario of a text; *shown* stands in the errors, *base* is the folder of its data file."""
    scenario = _read(text, shown)
    definition = _definition(scenario.world, base, shown)
    instant = _checked_options(scenario, shown)
    _rehearse(scenario, definition, instant or now, shown)
    return Loaded(scenario, definition, instant)


def _file_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the scenario {path}: {error}", subject=str(path)) from error


def _unknown(name: str) -> InvalidValueError:
    names = [file.name.removesuffix(_SUFFIX) for file in _files()]
    near = nearest(name, names)
    meant = f"did you mean {near}? " if near else ""
    hint = f"{meant}askpro sandbox --list-scenarios shows those shipped; a file ends in .yaml"
    return InvalidValueError(f"there is no scenario {name!r}", hint=hint, subject=name)


def _read(text: str, shown: str) -> Scenario:
    try:
        return msgspec.convert(yaml_document(text, shown), Scenario)
    except msgspec.ValidationError as error:
        problem = str(error).replace("`$.", "`").replace("`$`", "the top")
        raise _wrong(shown, problem) from error


def _wrong(shown: str, problem: str) -> ConfigError:
    return ConfigError(f"scenario in {shown}: {problem}", subject=shown)


def _definition(world: ScenarioWorld, base: Path | None, shown: str) -> Definition:
    """Return the data file's definition with what the scenario adds."""
    if world.data is not None and base is None:
        raise _wrong(shown, "a shipped scenario has no data file - at `world.data`")
    found = load_definition((base or Path()) / world.data if world.data else None)
    definition = Definition(
        users=[*found.users, *world.users],
        teams=[*found.teams, *world.teams],
        api_keys=[*found.api_keys, *world.api_keys],
        bookings=[*found.bookings, *world.bookings],
        webhooks=[*found.webhooks, *world.webhooks],
    )
    for where, problem in problems(definition):
        raise _wrong(shown, f"{problem} - at `world`, then `{where}`")
    return definition


def _checked_options(scenario: Scenario, shown: str) -> datetime | None:
    """Return the scenario's `now`; refuses options that mean nothing."""
    options = scenario.options
    where = "rateLimit"
    try:
        if options.rate_limit is not None:
            parse_rate_limit(options.rate_limit)
        where = "faults"
        for text in options.faults:
            parse_faults(text)
        where = "clockOffset"
        SandboxClock(SystemClock(), options.clock_offset or 0.0)
        where = "now"
        return _instant(options.now)
    except (InvalidValueError, ValueError) as error:
        raise _wrong(shown, f"{error} - at `options.{where}`") from error


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        message = f"{text!r} has no zone"
        raise ValueError(message)
    SandboxClock(SystemClock(), start=instant)
    return instant


def _rehearse(scenario: Scenario, definition: Definition, now: datetime, shown: str) -> None:
    """Do every step on a world nobody sees, in the order of the file, so that a wrong one is found now."""
    world = World(definition, seed=scenario.options.seed)
    world.reset(now)
    stage = Stage(world, SandboxClock(ManualClock(now)), FaultPlan())
    for index, step in enumerate(scenario.steps):
        _check_trigger(step, f"steps[{index}]", shown)
        for number, action in enumerate(step.actions):
            try:
                carry_out(stage, action)
            except InvalidValueError as error:
                where = f"steps[{index}].actions[{number}]"
                raise _wrong(shown, f"{error.message} - at `{where}`") from error
            if isinstance(action, Arm) and not parse_faults(action.fault):
                raise _wrong(shown, f"no fault is named - at `steps[{index}].actions[{number}].fault`")


def _check_trigger(step: Step, where: str, shown: str) -> None:
    if (step.after is None) == (step.at is None):
        raise _wrong(shown, f"a step needs one of `after` and `at` - at `{where}`")
    try:
        seconds = step.seconds
    except ValueError:
        raise _wrong(shown, f"{step.at!r} is no number of seconds - at `{where}.at`") from None
    if seconds is not None and not 0 <= seconds < float("inf"):
        raise _wrong(shown, f"{step.at!r} is no number of seconds - at `{where}.at`")
