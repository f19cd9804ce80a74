"""The installed program in the company of other programs: pipes, closed streams, colours, no terminal."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest
from support.cli import Program

ESCAPE = "\x1b["


def shell(program: Program, script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which ``"$@"`` is the program with *words*."""
    return subprocess.run(
        ["/bin/bash", "-c", script, "bash", program.path, *words],
        env=program.env,
        cwd=program.cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def on_a_terminal(program: Program, *words: str, **env: str) -> str:
    """Run the program with a terminal as its three streams, and return what stood on it."""
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [program.path, *words],
        env={**program.env, "TERM": "xterm", "COLUMNS": "100", **env},
        cwd=program.cwd,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = bytearray()
    try:
        while block := os.read(ours, 4096):
            shown += block
    except OSError:  # Linux says EIO when the last writer has gone
        pass
    finally:
        os.close(ours)
    done.wait(60)
    return shown.decode()


@pytest.mark.parametrize("words", [("--help",), ("help", "exit-codes"), ("config", "show")])
def test_a_reader_that_leaves_early_is_no_error(program: Program, words: tuple[str, ...]) -> None:
    """``askpro … | head -1``: no traceback, no complaint, and what was asked for came out."""
    done = shell(program, '"$@" | head -1; exit ${PIPESTATUS[0]}', *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("words", [("--help",), ("help", "exit-codes"), ("explain", "--json")])
def test_a_reader_that_never_read_is_no_bug(program: Program, words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = program.start(*words, stdout=writer)
    os.close(writer)
    _, told = process.communicate(timeout=60)
    assert "Traceback" not in told
    assert "BrokenPipe" not in told
    assert process.returncode != 70


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_closed_standard_streams_change_nothing_about_the_answer(program: Program, closed: str) -> None:
    done = shell(program, f'exec "$@" {closed}', "help", "exit-codes")
    assert done.returncode == 0
    assert "130" in done.stdout


def test_a_closed_stdout_is_no_crash(program: Program) -> None:
    done = shell(program, 'exec "$@" >&-', "help", "exit-codes")
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 5)


def test_a_full_disk_is_told_and_is_not_success(program: Program) -> None:
    """The answer is lost: a script must not take it for an empty one."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = shell(program, 'exec "$@" > /dev/full', "help", "exit-codes")
    assert done.returncode not in (0, 70)
    assert "cannot write the answer" in done.stderr


def test_nobody_at_the_terminal_gets_plain_text(program: Program) -> None:
    done = program("no-such-command")
    done.exits(2)
    assert ESCAPE not in done.stdout + done.stderr


def test_a_terminal_gets_colour_and_no_color_takes_it_away(program: Program) -> None:
    program.env.pop("NO_COLOR", None)
    assert ESCAPE in on_a_terminal(program, "no-such-command")
    assert ESCAPE not in on_a_terminal(program, "no-such-command", NO_COLOR="1")
    assert ESCAPE not in on_a_terminal(program, "no-such-command", "--no-color")
    assert ESCAPE not in on_a_terminal(program, "no-such-command", TERM="dumb")


def test_an_empty_locale_still_prints_what_it_can(program: Program) -> None:
    """Cron jobs know no UTF-8: nothing dies of an umlaut."""
    done = program("help", "exit-codes", env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    done.ok()
