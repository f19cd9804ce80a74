from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from askpro_cli import __version__
from askpro_cli.shell import boundary
from askpro_cli.shell.main import main


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """Put back the garbage collector's thresholds, which a process sets once."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_it_returns_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"askpro {__version__}\n"
    assert main(["nosuch"]) == 2


def test_a_current_folder_that_was_removed_is_no_reason_to_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone() -> NoReturn:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "cwd", gone)
    assert main(["config", "path"]) == 0
    assert "user_file" in capsys.readouterr().out


def test_ctrl_c_before_the_command_starts_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(boundary, "run", interrupted)
    assert main(["config", "path"]) == 130


def test_completion_is_asked_through_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_ASKPRO_COMPLETE", "zsh")
    assert main(["explain", "ENV001"]) == 0
    assert capsys.readouterr().out == "ENV001:The settings are valid\n"
    monkeypatch.delenv("_ASKPRO_COMPLETE")
