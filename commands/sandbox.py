"""``askpro sandbox``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from askpro_cli.shell.command import app_of, command_app

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

app = command_app(
    help="""Play Cal.com on this machine.

Serves a stateful Cal.com V2 until it is stopped (Ctrl-C, exit 0): event types, schedules, slots, bookings of
a salon that does not exist, or of your own data file. When it accepts connections it prints one line with
its URL and key. It can fail on purpose: --fault, the request header X-Sandbox-Fault, or /_sandbox/faults.
What it was asked stands in /_sandbox/journal. Everything is lost when it stops.

Examples:
  askpro sandbox --port 8010
  askpro sandbox --port 0 --json
  askpro sandbox --fault latency=300 --rate-limit 30/60
  askpro sandbox --data practice.yaml --clock-offset -120
"""
)


@app.command()
def sandbox(
    ctx: typer.Context,
    *,
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)
    ] = 8010,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    data: Annotated[Path | None, typer.Option(help="YAML file that describes the world.")] = None,
    api_key: Annotated[
        str | None, typer.Option(help="Key to accept in place of the data's first one (cal_…).")
    ] = None,
    rate_limit: Annotated[
        str, typer.Option(help="Requests per seconds, and seconds of block: LIMIT/SECONDS[/BLOCK].")
    ] = "120/60",
    latency_ms: Annotated[float, typer.Option(help="Wait before every answer, in milliseconds.", min=0)] = 0,
    fault: Annotated[
        list[str] | None, typer.Option(help="Fault of every request, NAME or NAME=VALUE; repeatable.")
    ] = None,
    clock_offset: Annotated[
        float, typer.Option(help="Seconds its clock is ahead of this machine's; negative: behind.")
    ] = 0,
    self_hosted: Annotated[
        bool, typer.Option("--self-hosted", help="Do not know version 2026-02-25, as self-hosted servers.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Make booking uids repeatable.")] = None,
) -> None:
    """Serve until stopped; being stopped is the normal end."""
    from askpro_cli.sandbox.call import SandboxOptions
    from askpro_cli.sandbox.limits import parse_rate_limit
    from askpro_cli.sandbox.loading import load_world
    from askpro_cli.sandbox.serve import run

    options = SandboxOptions(
        rate_limit=parse_rate_limit(rate_limit),
        latency_ms=latency_ms,
        faults=tuple(fault or ()),
        clock_offset=clock_offset,
        self_hosted=self_hosted,
    )
    world = load_world(data, api_key=api_key, seed=seed)
    key = world.first_key()
    run(world, host=host, port=port, options=options, on_ready=lambda url: _tell(app_of(ctx), url, key))
    raise typer.Exit(0)


def _tell(current: App, url: str, key: str | None) -> None:
    """Print the one ready line, or the ready envelope."""
    from askpro_cli.shell.output.envelope import Outcome
    from askpro_cli.shell.output.render import render
    from askpro_cli.shell.output.result import Result

    known = f" (key {key})" if key else ""
    result = Result(data={"url": url, "key": key}, text=f"askpro sandbox ready on {url}{known}")
    render(Outcome("sandbox", result), current.console, current.options.format, {"run_id": current.run_id})
