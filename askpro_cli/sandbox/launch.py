"""From what an operator asked for to what is served: a world, a scenario's, recorded, or a replay."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from askpro_cli.base.clock import Clock, SystemClock
from askpro_cli.base.errors import InvalidValueError, UsageError
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.control.failing import Connections
from askpro_cli.sandbox.options import RateLimit, SandboxOptions
from askpro_cli.sandbox.protocol.throttler import parse_rate_limit
from askpro_cli.sandbox.recording.journal_file import Writer, read
from askpro_cli.sandbox.recording.recorder import Recording
from askpro_cli.sandbox.recording.replaying import Replay
from askpro_cli.sandbox.scenarios.loading import Loaded, load_scenario
from askpro_cli.sandbox.scenarios.model import ScenarioOptions, Step
from askpro_cli.sandbox.serve import Build, Servable
from askpro_cli.sandbox.world.loading import load_definition, with_key
from askpro_cli.sandbox.world.model import Definition
from askpro_cli.sandbox.world.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the flags say; None where one was not given.

    Args:
        data: a data file.
        api_key: replaces the data's first valid key.
        rate_limit: `LIMIT/SECONDS[/BLOCK]`.
        time_scale: the limit's window and block pass so many times as fast.
        latency_ms: waits before every answer.
        faults: faults of every request.
        clock_offset: seconds the sandbox's clock is ahead.
        self_hosted: does not know version 2026-02-25.
        strict_webhook_urls: refuses URLs that lead inside a network.
        seed: makes uids repeatable.
        scenario: a file or the name of a shipped one.
        record: a new file for the journal.
        replay: a journal to answer from.
    """

    data: Path | None = None
    api_key: str | None = None
    rate_limit: str | None = None
    time_scale: float | None = None
    latency_ms: float | None = None
    faults: tuple[str, ...] = ()
    clock_offset: float | None = None
    self_hosted: bool = False
    strict_webhook_urls: bool = False
    seed: int | None = None
    scenario: str | None = None
    record: Path | None = None
    replay: Path | None = None


@dataclass(frozen=True, slots=True)
class Launch:
    """What is served.

    Attributes:
        build: makes the application; it takes the server's connections, None in process.
        key: the first key it accepts; None for a replay, which accepts any.
        facts: what the ready envelope adds.
        notes: what a person should know.
    """

    build: Build
    key: str | None
    facts: dict[str, Any]
    notes: tuple[str, ...] = ()


def prepare(wish: Wish, clock: Clock | None = None) -> Launch:
    """Return what *wish* asks for, with every file read and checked.

    Raises:
        UsageError: flags that exclude each other.
        InvalidValueError: a limit, fault or scenario that means nothing.
        ConfigError: a file that cannot be read, written or be meant.
    """
    clock = clock or SystemClock()
    if wish.replay is not None:
        return _replay(wish, wish.replay)
    if wish.scenario is not None and wish.data is not None:
        raise UsageError(
            "--scenario and --data exclude each other", hint="name the data file in the scenario"
        )
    loaded = load_scenario(wish.scenario, clock.now()) if wish.scenario else None
    definition, steps = _world(wish, loaded)
    given = loaded.scenario.options if loaded else ScenarioOptions()
    options = _options(wish, given, loaded, steps)
    seed = wish.seed if wish.seed is not None else given.seed
    world = World(definition, seed=seed)
    facts = {"scenario": wish.scenario} if wish.scenario else {}
    return Launch(_building(world, options, clock, wish.record), world.first_key(), facts)


def _world(wish: Wish, loaded: Loaded | None) -> tuple[Definition, tuple[Step, ...]]:
    """Return definition and steps, with the operator's key in place of the first one in both."""
    definition = loaded.definition if loaded else load_definition(wish.data)
    steps = tuple(loaded.scenario.steps) if loaded else ()
    if wish.api_key is None:
        return definition, steps
    replaced = with_key(definition, wish.api_key)
    gone = {key.key for key in definition.api_keys} - {key.key for key in replaced.api_keys}
    return replaced, tuple(step.with_key(gone, wish.api_key) for step in steps)


def _options(
    wish: Wish, given: ScenarioOptions, loaded: Loaded | None, steps: tuple[Step, ...]
) -> SandboxOptions:
    """Return the sandbox's options: a flag, else the scenario's, else the default."""
    written = wish.rate_limit or given.rate_limit
    limit = parse_rate_limit(written) if written else RateLimit()
    return SandboxOptions(
        rate_limit=limit.scaled(_first("time-scale", wish.time_scale, given.time_scale, 1.0)),
        latency_ms=_first("latency-ms", wish.latency_ms, given.latency_ms, 0.0),
        faults=(*given.faults, *wish.faults),
        clock_offset=_first("clock-offset", wish.clock_offset, given.clock_offset, 0.0),
        now=loaded.now if loaded else None,
        self_hosted=wish.self_hosted or given.self_hosted,
        strict_webhook_urls=wish.strict_webhook_urls or given.strict_webhook_urls,
        steps=steps,
    )


def _first(flag: str, *values: float | None) -> float:
    """Return the first value that was given; InvalidValueError when no clock can count with it."""
    value = next(found for found in values if found is not None)
    if not math.isfinite(value):
        raise InvalidValueError(f"{value} is no value for --{flag}", subject=flag)
    return value


def _building(world: World, options: SandboxOptions, clock: Clock, record: Path | None) -> Build:
    def build(connections: Connections | None) -> Servable:
        app = create_app(world, clock=clock, options=options, connections=connections)
        return app if record is None else Recording(app, Writer(record, app.clock.now()), app.clock)

    return build


def _replay(wish: Wish, path: Path) -> Launch:
    for field in fields(wish):
        if field.name != "replay" and getattr(wish, field.name) != field.default:
            flag = "--" + field.name.removesuffix("s" if field.name == "faults" else "").replace("_", "-")
            raise UsageError(f"--replay and {flag} exclude each other", hint="a replay answers from its file")
    recorded = read(path)
    facts = {"replay": str(path), "recorded": len(recorded.lines), "torn_line": recorded.torn}
    torn = f"line {recorded.torn} of {path} was not written to its end and is left out"
    notes = (torn,) if recorded.torn is not None else ()
    return Launch(lambda connections: Replay(recorded, connections), None, facts, notes)
