"""The units under deploy/: systemd accepts them, their commands exist, their timing keeps the cache warm."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from support.cli import Cli

from askpro_cli.calcom.cache import CacheTtls

DEPLOY = Path(__file__).parents[1] / "deploy"
NAMES = ("askpro-warmup", "askpro-notifications")
SERVICE, TIMER = DEPLOY / "askpro-warmup.service", DEPLOY / "askpro-warmup.timer"
ANALYZE = shutil.which("systemd-analyze")
LONGEST_RUN = 60.0  # seconds; docs/cron.md


def value(unit: Path, name: str) -> str:
    """Return what a unit sets *name* to."""
    found = re.search(rf"^{name}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None, f"{unit.name} sets no {name}"
    return found[1]


def test_every_unit_is_known_here() -> None:
    assert {unit.stem for unit in DEPLOY.glob("*.service")} == set(NAMES)
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


@pytest.mark.parametrize("name", NAMES)
def test_the_service_runs_a_command_that_exists(cli: Cli, name: str) -> None:
    program, *words = shlex.split(value(DEPLOY / f"{name}.service", "ExecStart"))
    assert Path(program).name == "askpro"
    cli(*words, "--help").ok()


def test_the_timer_comes_back_before_the_first_slots_run_out() -> None:
    every = float(value(TIMER, "OnUnitActiveSec"))
    assert every + LONGEST_RUN <= CacheTtls().slots
    assert float(value(SERVICE, "TimeoutStartSec")) < every
