"""Explanations, help topics, completion scripts, and the documents made from the tables."""

from __future__ import annotations

import os
import subprocess
from importlib import import_module
from pathlib import Path

import pytest
from support.cli import Cli, Program

from askpro_cli.base.exit_codes import EXPLANATIONS
from askpro_cli.base.findings import CHECKS
from askpro_cli.shell import reference
from askpro_cli.shell.actions.checks import pages
from askpro_cli.shell.completion_scripts import SCRIPTS
from askpro_cli.shell.registry import COMMANDS
from askpro_cli.shell.settings.known import COMPANY_SETTINGS, SETTINGS

DOCS = Path(__file__).parents[2] / "docs"


def test_every_registered_check_has_its_page_and_every_page_its_check() -> None:
    for entry in COMMANDS.values():
        import_module(entry.module)
    registered = CHECKS.all()
    assert set(registered) == set(pages())
    for code, page in pages().items():
        check = registered[code]
        assert (page.title, page.severity, page.sources) == (check.title, check.severity.value, check.sources)


@pytest.mark.parametrize("code", ["ENV007", "env007", "Env007"])
def test_explain_tells_what_it_means_how_it_shows_and_what_to_do(cli: Cli, code: str) -> None:
    text = cli("explain", code).ok().stdout
    headings = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert headings[0].startswith("ENV007: This machine's clock")
    assert headings[1:] == ["What it means", "How it shows", "What to do"]
    assert set(cli("explain", code, "--json").ok().data) == {
        "code", "title", "severity", "sources", "means", "shows", "do",
    }  # fmt: skip


def test_explain_suggests_the_nearest_code(cli: Cli) -> None:
    assert "hint: did you mean askpro explain ENV007" in cli("explain", "ENV07").exits(3).stderr
    assert "askpro explain lists all codes" in cli("explain", "zzz").exits(3).stderr


def test_explain_alone_lists_all(cli: Cli) -> None:
    lines = cli("explain").ok().stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == sorted(pages())
    assert len(cli("explain", "--output", "ndjson").ok().stdout.splitlines()) == len(pages())


def test_help_exit_codes_lists_every_code(cli: Cli) -> None:
    text = cli("help", "exit-codes").ok().stdout
    for code, meaning in EXPLANATIONS.items():
        assert f"{int(code):>3}  " in text
        assert meaning in text


def test_help_environment_lists_every_variable(cli: Cli) -> None:
    words = set(cli("help", "environment").ok().stdout.split())
    assert {setting.env for setting in SETTINGS} <= words
    assert "ASKPRO_CONFIG" in words


def test_help_settings_lists_every_name(cli: Cli) -> None:
    words = set(cli("help", "settings").ok().stdout.split())
    assert {setting.name for setting in SETTINGS} <= words


def test_help_formatting_names_every_format(cli: Cli) -> None:
    text = cli("help", "formatting").ok().stdout
    assert all(name in text for name in ("table", "tsv", "json", "ndjson", "NO_COLOR", "| head"))


def test_help_of_a_command_is_its_help(cli: Cli) -> None:
    assert cli("help", "config", "show").ok().stdout == cli("config", "show", "--help").ok().stdout
    assert cli("help", "explain").ok().stdout == cli("explain", "--help").ok().stdout


def test_help_alone_lists_topics_and_commands(cli: Cli) -> None:
    text = cli("help").ok().stdout
    assert "exit-codes" in text
    assert all(f"  {name}" in text for name, entry in COMMANDS.items() if not entry.hidden)


def test_help_as_json_holds_the_page(cli: Cli) -> None:
    seen = cli("help", "config", "show", "--json").ok().data
    assert seen["topic"] == "config show"
    assert seen["text"].rstrip("\n") == cli("help", "config", "show").stdout.rstrip("\n")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["exit-code"], "did you mean askpro help exit-codes"),
        (["config", "shwo"], "did you mean askpro help config show"),
        (["zzz"], "askpro help lists topics and commands"),
    ],
)
def test_help_on_nothing_known_suggests_the_nearest(cli: Cli, words: list[str], hint: str) -> None:
    assert f"hint: {hint}" in cli("help", *words).exits(3).stderr


@pytest.mark.parametrize("shell", SCRIPTS)
def test_each_shell_has_its_script(cli: Cli, shell: str) -> None:
    assert cli("completion", shell).ok().stdout == SCRIPTS[shell]


def test_an_unknown_shell_is_a_usage_error(cli: Cli) -> None:
    assert "hint: askpro completion zsh" in cli("completion", "zhs").exits(2).stderr


def test_bash_completes_with_the_installed_program(program: Program) -> None:
    """The real shell, the real script, the real program."""
    folder = str(Path(program.path).parent)
    code = (
        "source <(askpro completion bash)\n"
        'COMP_WORDS=(askpro conf); COMP_CWORD=1; _askpro_complete; echo "$COMPREPLY"\n'
        'COMP_WORDS=(askpro config ""); COMP_CWORD=2; _askpro_complete; echo "${COMPREPLY[@]}"\n'
    )
    env = {**program.env, "PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["/bin/bash", "--norc", "-c", code], env=env, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines() == ["config", "show path check init"]


def test_the_generated_documents_are_what_the_tables_say() -> None:
    assert reference.outdated(DOCS) == {}


def test_the_documents_name_every_setting_and_every_exit_code() -> None:
    configuration = (DOCS / "configuration.md").read_text(encoding="utf-8")
    for setting in SETTINGS:
        assert f"| `{setting.name}` | `{setting.env}` |" in configuration
    for setting in COMPANY_SETTINGS:
        assert f"`companies.<slug>.{setting.name}`" in configuration
    codes = (DOCS / "exit-codes.md").read_text(encoding="utf-8")
    assert all(f"| {int(code)} | " in codes for code in EXPLANATIONS)


def test_an_outdated_document_is_found_and_written_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in reference.PARTS:
        text = (DOCS / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("| ", "|  ", 1), encoding="utf-8")
    assert reference.main([str(tmp_path), "--check"]) == 1
    assert "exit-codes.md is outdated" in capsys.readouterr().err
    assert reference.main([str(tmp_path)]) == 0
    assert reference.main([str(tmp_path), "--check"]) == 0
    assert capsys.readouterr().out == f"the generated pages in {tmp_path} are up to date\n"


def test_a_document_without_its_marks_is_told() -> None:
    with pytest.raises(ValueError, match="begin: exit codes"):
        reference.refreshed("nothing", reference.PARTS["exit-codes.md"])
