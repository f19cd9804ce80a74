"""``askpro sandbox``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.sandbox.launch import Launch
    from askpro_cli.shell.context import App

app = command_app(
    help="""Play Cal.com on this machine.

Serves a stateful Cal.com V2 until it is stopped (Ctrl-C, exit 0): event types, schedules, slots, bookings of
a salon that does not exist, or of your own data file. When it accepts connections it prints one line with
its URL and key. It can fail on purpose: --fault, the request header X-Sandbox-Fault, or /_sandbox/faults.
What it was asked stands in /_sandbox/journal. Everything is lost when it stops.

A scenario is a world and what happens in it while it runs. --record writes every request and its answer to a
file, --replay answers from such a file.

Examples:
  askpro sandbox --port 8010
  askpro sandbox --port 0 --json
  askpro sandbox --fault latency=300 --rate-limit 30/60 --time-scale 10
  askpro sandbox --data practice.yaml --clock-offset -120
  askpro sandbox --scenario 429-storm
  askpro sandbox --record incident.jsonl
  askpro sandbox --replay incident.jsonl
"""
)


_Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)]
_Host = Annotated[str, typer.Option(help="Address to listen on.")]
_Data = Annotated[Path | None, typer.Option(help="YAML file that describes the world.")]
_Key = Annotated[str | None, typer.Option(help="Key to accept in place of the data's first one (cal_…).")]
_Scenario = Annotated[
    str | None, typer.Option(help="A YAML file, or the name of a scenario that is shipped.")
]
_List = Annotated[bool, typer.Option("--list-scenarios", help="Show the shipped scenarios and end.")]
_RateLimit = Annotated[
    str | None,
    typer.Option(
        help="Requests per seconds, and seconds of block: LIMIT/SECONDS[/BLOCK]; 120/60 by default."
    ),
]
_TimeScale = Annotated[
    float | None, typer.Option(help="The limit's window and block pass so many times as fast.", min=1)
]
_Latency = Annotated[float | None, typer.Option(help="Wait before every answer, in milliseconds.", min=0)]
_Faults = Annotated[
    list[str] | None, typer.Option(help="Fault of every request, NAME or NAME=VALUE; repeatable.")
]
_ClockOffset = Annotated[
    float | None, typer.Option(help="Seconds its clock is ahead of this machine's; negative: behind.")
]
_SelfHosted = Annotated[
    bool, typer.Option("--self-hosted", help="Do not know version 2026-02-25, as self-hosted servers.")
]
_StrictUrls = Annotated[
    bool,
    typer.Option("--strict-webhook-urls", help="Refuse webhook URLs that are not https or lead inside."),
]
_Seed = Annotated[int | None, typer.Option(help="Make booking uids repeatable.")]
_Record = Annotated[
    Path | None, typer.Option(help="New file for every request and its answer, one JSON line each.")
]
_Replay = Annotated[Path | None, typer.Option(help="Answer from a file that --record wrote.")]


@app.command()
def sandbox(
    ctx: typer.Context,
    *,
    port: _Port = 8010,
    host: _Host = "127.0.0.1",
    data: _Data = None,
    api_key: _Key = None,
    scenario: _Scenario = None,
    list_scenarios: _List = False,
    rate_limit: _RateLimit = None,
    time_scale: _TimeScale = None,
    latency_ms: _Latency = None,
    fault: _Faults = None,
    clock_offset: _ClockOffset = None,
    self_hosted: _SelfHosted = False,
    strict_webhook_urls: _StrictUrls = False,
    seed: _Seed = None,
    record: _Record = None,
    replay: _Replay = None,
) -> Result | None:
    """Serve until stopped; being stopped is the normal end."""
    if list_scenarios:
        return _scenarios()
    from askpro_cli.sandbox.launch import Wish, prepare
    from askpro_cli.sandbox.serve import serve

    wish = Wish(
        data=data,
        api_key=api_key,
        rate_limit=rate_limit,
        time_scale=time_scale,
        latency_ms=latency_ms,
        faults=tuple(fault or ()),
        clock_offset=clock_offset,
        self_hosted=self_hosted,
        strict_webhook_urls=strict_webhook_urls,
        seed=seed,
        scenario=scenario,
        record=record,
        replay=replay,
    )
    launch = prepare(wish)
    serve(launch.build, host=host, port=port, on_ready=lambda url: _tell(app_of(ctx), url, launch))
    raise typer.Exit(0)


def _scenarios() -> Result:
    from askpro_cli.sandbox.scenarios.loading import scenario_names

    found = scenario_names()
    return Result(
        data=[{"name": name, "title": title} for name, title in found.items()],
        table=Table((Column("Scenario", fit="keep"), Column("What it plays")), list(found.items())),
    )


def _tell(current: App, url: str, launch: Launch) -> None:
    """Print the one ready line, or the ready envelope."""
    from askpro_cli.shell.output.envelope import Outcome
    from askpro_cli.shell.output.render import render

    known = f" (key {launch.key})" if launch.key else ""
    result = Result(
        data={"url": url, "key": launch.key, **launch.facts},
        text=f"askpro sandbox ready on {url}{known}",
        messages=list(launch.notes),
    )
    render(Outcome("sandbox", result), current.console, current.options.format, {"run_id": current.run_id})
