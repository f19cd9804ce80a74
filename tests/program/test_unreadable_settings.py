from __future__ import annotations

import os
import stat
from pathlib import Path

from support.cli import Cli, Program
from support.rights import obey_file_modes


def refusal(program: Program, *argv: str) -> tuple[int, str]:
    """Run a command that obeys file modes; return its exit code and its first line on stderr."""
    run = program.start(*argv, preexec_fn=obey_file_modes, stdout=None, stderr=-1)
    _, err = run.communicate(timeout=60)
    return run.returncode, err.splitlines()[0]


def test_a_settings_file_that_may_not_be_read_is_not_used_from_its_compiled_copy(
    cli: Cli, program: Program
) -> None:
    path = cli.user_file("timezone: Europe/Vienna\n")
    program("config", "show").ok()
    assert list((cli.home / ".cache" / "askpro").glob("settings-*.json"))
    path.chmod(0)
    said = f"cannot read {path}: Permission denied"
    assert refusal(program, "config", "show") == (2, f"error: {said}")
    code, told = refusal(program, "config", "check")
    assert (code, said in told) == (2, True)


def test_a_folder_of_settings_that_may_not_be_entered_is_told(cli: Cli, program: Program) -> None:
    path = cli.user_file("timezone: Europe/Vienna\n")
    path.parent.chmod(0)
    told = [refusal(program, "config", word) for word in ("show", "check")]
    places = program.start("config", "path", preexec_fn=obey_file_modes).communicate(timeout=60)[0]
    path.parent.chmod(0o700)
    assert f"user_file\t{path}\tunknown: permission denied\n" in places
    assert [code for code, _ in told] == [2, 2]
    assert all(f"cannot read {path}: Permission denied" in said for _, said in told)


def test_a_current_folder_that_may_not_be_entered_has_no_project_file(cli: Cli, program: Program) -> None:
    cli.project_file("timezone: Europe/Vienna\n")

    def shut_oneself_out() -> None:
        cli.cwd.chmod(0)
        obey_file_modes()

    run = program.start("config", "show", preexec_fn=shut_oneself_out, stderr=-1)
    out, err = run.communicate(timeout=60)
    cli.cwd.chmod(0o700)
    assert (run.returncode, err) == (0, "")
    assert "timezone\tEurope/Berlin\n" in out


def test_the_state_folder_is_private_whichever_command_comes_first(cli: Cli, program: Program) -> None:
    state = Path(cli.env["ASKPRO_STATE_DIR"])

    def usual_umask() -> None:
        os.umask(0o022)

    run = program.start("doctor", preexec_fn=usual_umask)
    run.communicate(timeout=60)
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
