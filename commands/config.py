"""``askpro config``: show, find, check and start the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from askpro_cli.base.errors import ConfigError
from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Column, Result, Table
from askpro_cli.shell.settings.table import plain_number

app = command_app(
    help="""Show, check and start the settings.

Settings come from flags, the environment, askpro.yaml in the current folder, the user file and the shipped
defaults, in this order. Secrets are never shown.

Examples:
  askpro config show --origin
  askpro config check
  askpro config init
"""
)

_SHOW_HELP = """Show every setting with its present value.

Examples:
  askpro config show --origin
  askpro config show --json --company salon
"""

_PATH_HELP = """Show which files and folders are used.

Examples:
  askpro config path
"""

_CHECK_HELP = """Check all settings: names, values, profiles, companies, variables, file modes.

Exit 2 names what would stop a command, exit 1 what deserves attention.

Examples:
  askpro config check
"""

_INIT_HELP = """Write a commented settings file to start from.

It goes to the user file (askpro config path) with mode 600. An existing file is overwritten only after a
confirmation or with --yes.

Examples:
  askpro config init --dry-run
  askpro config init
"""


@app.command("show", help=_SHOW_HELP)
def show(
    ctx: typer.Context,
    *,
    origin: Annotated[bool, typer.Option("--origin", help="Also show where each value comes from")] = False,
) -> Result:
    """Return all settings, secrets masked."""
    from askpro_cli.shell.settings.show import shown_settings

    shown = list(shown_settings(app_of(ctx).settings))
    columns = [Column("Setting", fit="keep"), Column("Value"), *([Column("Origin")] if origin else [])]
    rows = [[item.name, _text(item.value), *([item.where] if origin else [])] for item in shown]
    data = {"settings": [item.as_dict() for item in shown]}
    return Result(data=data, records="settings", table=Table(columns, rows))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return plain_number(value)
    return "" if value is None else str(value)


@app.command("path", help=_PATH_HELP)
def path(ctx: typer.Context) -> Result:
    """Return the places of this run."""
    from askpro_cli.base.shipped import shipped_path
    from askpro_cli.shell.settings.layers import find_places

    shell = app_of(ctx)
    places = find_places(shell.env, shell.cwd)
    found = {
        "user_file": places.user_file,
        "project_file": places.project_file,
        "defaults": shipped_path("defaults.yaml"),
    }
    messages = []
    try:
        found["state_dir"] = shell.settings.state_dir
    except ConfigError as error:  # the files must be found in order to be mended
        messages.append(f"state_dir is not known: {error.message}")
    there = {name: _exists(place) for name, place in found.items()}
    words = {True: "exists", False: "absent", None: "unknown: permission denied"}
    rows = [[name, str(place), words[there[name]]] for name, place in found.items()]
    data = {name: {"path": str(place), "exists": there[name]} for name, place in found.items()}
    table = Table([Column("What"), Column("Path"), Column("There")], rows)
    return Result(data=data, table=table, messages=messages)


def _exists(place: Path) -> bool | None:
    """Tell whether a place is there; None where its folder may not be looked into."""
    try:
        return place.exists()
    except PermissionError:
        return None


@app.command("check", help=_CHECK_HELP)
def check(ctx: typer.Context) -> Result:
    """Return everything wrong with the settings at once."""
    from askpro_cli.shell.actions.checkup import configuration_checks, report

    return report(configuration_checks(app_of(ctx)))


@app.command("init", help=_INIT_HELP)
def init(
    ctx: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Overwrite an existing file")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the file, write nothing")] = False,
) -> Result:
    """Write the starter file."""
    from askpro_cli.shell.settings.init import starter_text, write_private
    from askpro_cli.shell.settings.layers import find_places

    shell = app_of(ctx)
    target = find_places(shell.env, shell.cwd).user_file
    data = {"path": str(target), "existed": target.exists(), "written": not dry_run}
    if dry_run:
        return Result(data=data, text=starter_text(), messages=[f"would write {target}"])
    if target.exists():
        shell.confirm(f"overwrite {target}", yes=yes)
    write_private(target, starter_text())
    return Result(data=data, text=str(target), messages=[f"written: {target}"])
