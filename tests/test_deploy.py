"""What is under deploy/: systemd accepts the units, their commands and settings exist, their timing fits."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.cli import Cli

from askpro_cli.base.shipped import shipped_path
from askpro_cli.calcom.cache import CacheTtls
from askpro_cli.shell.settings.known import SETTINGS

DEPLOY = Path(__file__).parents[1] / "deploy"
NAMES = ("askpro-warmup", "askpro-notifications")
SERVICE, TIMER = DEPLOY / "askpro-warmup.service", DEPLOY / "askpro-warmup.timer"
ANALYZE = shutil.which("systemd-analyze")
DAEMON = "askpro"
LONGEST_RUN = 60.0  # seconds; docs/cron.md


def value(unit: Path, name: str) -> str:
    """Return what a unit sets *name* to."""
    found = re.search(rf"^{name}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, f"{unit.name} sets no {name}"
    return found[1]


def test_every_unit_is_known_here() -> None:
    assert {unit.stem for unit in DEPLOY.glob("*.service")} == {*NAMES, DAEMON}
    assert {unit.stem for unit in DEPLOY.glob("*.socket")} == {DAEMON}
    assert {unit.stem for unit in DEPLOY.glob("*.timer")} == set(NAMES)


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here")
@pytest.mark.parametrize("name", NAMES)
def test_systemd_accepts_the_units(tmp_path: Path, name: str) -> None:
    service, timer = DEPLOY / f"{name}.service", DEPLOY / f"{name}.timer"
    installed = service.read_text(encoding="utf-8").replace("/usr/local/bin/askpro", "/bin/true")
    (tmp_path / service.name).write_text(installed, encoding="utf-8")
    shutil.copy(timer, tmp_path)
    units = [str(tmp_path / unit.name) for unit in (service, timer)]
    done = subprocess.run([str(ANALYZE), "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here")
def test_systemd_accepts_daemon_and_socket(tmp_path: Path) -> None:
    service, listener = DEPLOY / "askpro.service", DEPLOY / "askpro.socket"
    installed = service.read_text(encoding="utf-8").replace("/usr/local/bin/askpro", "/bin/true")
    (tmp_path / service.name).write_text(installed, encoding="utf-8")
    shutil.copy(listener, tmp_path)
    units = [str(tmp_path / unit.name) for unit in (service, listener)]
    done = subprocess.run([str(ANALYZE), "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", [*NAMES, DAEMON])
def test_the_service_runs_a_command_that_exists(cli: Cli, name: str) -> None:
    program, *words = shlex.split(value(DEPLOY / f"{name}.service", "ExecStart"))
    assert Path(program).name == "askpro"
    cli(*words, "--help").ok()


def test_the_timer_comes_back_before_the_first_slots_run_out() -> None:
    every = float(value(TIMER, "OnUnitActiveSec"))
    assert every + LONGEST_RUN <= CacheTtls().slots
    assert float(value(SERVICE, "TimeoutStartSec")) < every


def test_the_daemon_has_the_time_to_drain() -> None:
    defaults = yaml.safe_load(shipped_path("defaults.yaml").read_text(encoding="utf-8"))
    assert float(value(DEPLOY / "askpro.service", "TimeoutStopSec")) > defaults["server"]["drain"]
    assert compose()["services"]["serve"]["stop_grace_period"] == "45s"


def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["migrate", "serve", "worker"])
def test_compose_starts_commands_and_settings_that_exist(cli: Cli, name: str) -> None:
    service = compose()["services"][name]
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    default = re.search(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)
    assert default is not None
    words = service.get("command") or json.loads(default[1])
    cli(*words, "--help").ok()
    known = {setting.env for setting in SETTINGS}
    assert set(service["environment"]) <= known


def test_secrets_of_compose_are_no_part_of_the_project() -> None:
    ignored = (DEPLOY.parent / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "deploy/secrets/" in ignored
    assert all(secret["file"].startswith("secrets/") for secret in compose()["secrets"].values())
