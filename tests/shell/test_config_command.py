from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.cli import Cli

from askpro_cli.shell.settings_table import SETTINGS


def shown(cli: Cli, *argv: str, **env: str) -> dict[str, Any]:
    rows = cli("config", "show", "--json", *argv, env=env).ok().data["settings"]
    return {row["name"]: row for row in rows}


def test_show_lists_every_setting_with_its_origin(cli: Cli) -> None:
    user = cli.user_file("timezone: Europe/Vienna\ncompanies: {salon: {language: en}}\n")
    rows = shown(cli, ASKPRO_CACHE_SLOTS_TTL="7")
    assert [name for name in rows if not name.startswith("companies.")] == [s.name for s in SETTINGS]
    assert rows["timezone"] == {
        "name": "timezone",
        "value": "Europe/Vienna",
        "origin": "user file",
        "where": f"user file {user}",
    }
    assert rows["cache.slots_ttl"]["where"] == "environment ASKPRO_CACHE_SLOTS_TTL"
    assert rows["companies.salon.language"]["value"] == "en"
    assert rows["governor.limit"]["origin"] == "default"


def test_show_never_shows_a_secret(cli: Cli) -> None:
    cli.user_file(
        "calcom: {api_key: hunter2}\nwebhook: {secret_stripe: 'hunter2,hunter2'}\n"
        "database_url: 'postgresql://ada:hunter2@db.example.org/askpro'\n"
        "companies: {salon: {calcom_api_key: hunter2}}\n"
    )
    for argv in (["--json"], ["--origin"], ["--output", "ndjson"]):
        seen = cli("config", "show", *argv, env={"ASKPRO_REDIS_URL": "redis://:hunter2@127.0.0.1/0"}).ok()
        assert "hunter2" not in seen.stdout + seen.stderr
    rows = shown(cli)
    assert rows["calcom.api_key"]["value"] == "***"
    assert rows["database_url"]["value"] == "postgresql://ada:***@db.example.org/askpro"


def test_show_in_a_pipe_is_tsv_with_and_without_origin(cli: Cli) -> None:
    assert "cache.slots_ttl\t300\n" in cli("config", "show").ok().stdout
    assert "cache.slots_ttl\t300\tdefault\n" in cli("config", "show", "--origin").ok().stdout


def test_path_names_the_files_even_when_they_are_broken(cli: Cli) -> None:
    path = cli.user_file("nonsense: 1\n")
    seen = cli("config", "path", "--json").ok()
    assert seen.data["user_file"] == {"path": str(path), "exists": True}
    assert seen.data["project_file"] == {"path": str(cli.cwd / "askpro.yaml"), "exists": False}
    assert "state_dir" not in seen.data
    path.unlink()
    assert cli("config", "path", "--json").ok().data["state_dir"]["path"] == cli.env["ASKPRO_STATE_DIR"]


def test_check_of_good_settings_is_fine(cli: Cli) -> None:
    cli.user_file("timezone: Europe/Vienna\nprofiles: {staging: {logs: {keep_days: 3}}}\n")
    data = cli("config", "check", "--json").ok().data
    assert {check["code"]: check["verdict"] for check in data["checks"]} == {
        "ENV001": "ok",
        "ENV003": "ok",
        "ENV004": "ok",
    }


def test_check_names_everything_wrong_in_all_files_at_once(cli: Cli) -> None:
    cli.user_file(
        "tiemzone: x\nlogs: {keep_days: never}\n"
        "companies: {salon: {timezone: Europe/Belrin}}\nprofiles: {staging: {cache: {slots_ttl: -1}}}\n"
    )
    cli.project_file("calcom: {api_key: x}\n")
    seen = cli("config", "check", "--json", env={"ASKPRO_GOVERNOR_LIMIT": "many"}).exits(2)
    found = {item["subject"]: item for item in seen.json["findings"] if item["code"] == "ENV001"}
    assert set(found) == {
        "tiemzone",
        "logs.keep_days",
        "timezone",
        "cache.slots_ttl",
        "calcom.api_key",
        "governor.limit",
    }
    assert found["tiemzone"]["hint"] == "did you mean timezone"


def test_check_reads_an_unreadable_file_as_a_finding(cli: Cli) -> None:
    cli.user_file("a: [\n")
    assert "cannot read" in cli("config", "check", "--json").exits(2).json["findings"][0]["actual"]


@pytest.mark.parametrize(
    ("text", "argv", "said"),
    [
        ("companies: {a: {}, b: {}}\n", [], "several companies are configured"),
        ("companies: {a: {}}\n", ["--company", "b"], "there is no company 'b'"),
        ("timezone: UTC\n", ["--profile", "x"], "there is no profile 'x'"),
    ],
)
def test_check_also_checks_the_choice(cli: Cli, text: str, argv: list[str], said: str) -> None:
    cli.user_file(text)
    assert said in cli("config", "check", "--json", *argv).exits(2).json["findings"][0]["actual"]


def test_check_reports_variables_that_set_nothing(cli: Cli) -> None:
    env = {"ASKPRO_CALCOM_API_KYE": "x", "ASKPRO_TEST_REDIS_URL": "ours"}
    (finding,) = cli("config", "check", "--json", env=env).exits(1).json["findings"]
    assert (finding["code"], finding["subject"]) == ("ENV004", "ASKPRO_CALCOM_API_KYE")
    assert finding["hint"] == "did you mean ASKPRO_CALCOM_API_KEY"


def test_check_reports_files_with_secrets_that_others_may_read(cli: Cli, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("x")
    key.chmod(0o644)
    user = cli.user_file("calcom: {api_key: x}\n")
    user.chmod(0o640)
    env = {"ASKPRO_RETELL_API_KEY_FILE": str(key)}
    found = cli("config", "check", "--json", env=env).exits(1).json["findings"]
    assert {(item["code"], item["subject"], item["actual"]) for item in found} == {
        ("ENV003", str(key), "mode 644"),
        ("ENV003", str(user), "mode 640"),
    }
    key.chmod(0o600)
    user.chmod(0o600)
    cli("config", "check", env=env).ok()


def test_init_writes_a_private_file_that_sets_nothing(cli: Cli) -> None:
    before = shown(cli)
    path = Path(cli("config", "init").ok().stdout.strip())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert yaml.safe_load(path.read_text()) is None
    assert shown(cli) == before


def test_each_line_of_the_starter_file_is_valid_once_uncommented(cli: Cli) -> None:
    text = cli("config", "init", "--dry-run").ok().stdout
    settings = "\n".join(
        line.removeprefix("# ") for line in text.split("\n\n# company:")[1].splitlines()[1:] if line
    )
    cli.user_file(settings)
    cli("config", "check").ok()


def test_init_with_dry_run_writes_nothing(cli: Cli) -> None:
    seen = cli("config", "init", "--dry-run", "--json").ok()
    assert seen.data["written"] is False
    assert not Path(seen.data["path"]).exists()


def test_init_overwrites_only_after_a_yes(cli: Cli) -> None:
    path = cli.user_file("timezone: Europe/Vienna\n")
    assert "add --yes" in cli("config", "init").exits(2).stderr
    cli("config", "init", stdin="n\n", terminal=True).exits(1)
    assert path.read_text() == "timezone: Europe/Vienna\n"
    cli("config", "init", "--yes").ok()
    assert "Europe/Vienna" not in path.read_text()


def test_init_in_a_folder_that_cannot_be_written_is_an_error(cli: Cli) -> None:
    seen = cli("config", "init", env={"ASKPRO_CONFIG": "/dev/null/askpro/config.yaml"}).exits(2)
    assert "cannot write /dev/null/askpro/config.yaml" in seen.stderr
