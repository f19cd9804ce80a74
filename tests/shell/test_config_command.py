from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.cli import Cli

from askpro_cli.shell.settings.known import SETTINGS


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


def test_show_keeps_names_of_settings_whole_on_80_columns(cli: Cli) -> None:
    narrow = {"NO_COLOR": "1", "COLUMNS": "80"}
    shown = cli("config", "show", "--origin", terminal=True, env=narrow).ok().stdout
    assert {setting.name for setting in SETTINGS} <= {line.split(" ")[0] for line in shown.splitlines()}


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
        "ENV010": "ok",
    }
    assert data["checks"][0]["detail"].startswith("1 file read; company default")


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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot read calcom.api_key from {}: No such file or directory"),
        ("", "{} is empty, so calcom.api_key is not known"),
        ("\n", "{} is empty, so calcom.api_key is not known"),
    ],
)
def test_check_reads_the_files_that_hold_secrets(
    cli: Cli, tmp_path: Path, content: str | None, said: str
) -> None:
    key = tmp_path / "key"
    if content is not None:
        key.write_text(content)
        key.chmod(0o600)
    user = cli.user_file(f"calcom: {{api_key_file: {key}}}\n")
    seen = cli("config", "check").exits(2)
    assert seen.stderr.splitlines() == [
        f"error: ENV010 {said.format(key)}",
        f"hint: it is named in: user file {user}",
    ]
    (found,) = cli("config", "check", "--json").exits(2).json["findings"]
    assert (found["code"], found["subject"]) == ("ENV010", "calcom.api_key_file")


def test_check_reads_the_key_files_of_profiles_companies_and_variables(cli: Cli) -> None:
    cli.user_file(
        "companies: {salon: {calcom_api_key_file: /nonexistent/a}}\n"
        "profiles: {staging: {retell: {api_key_file: /nonexistent/b}}}\n"
    )
    seen = cli("config", "check", "--json", env={"ASKPRO_REDIS_URL_FILE": "/nonexistent/c"}).exits(2)
    assert {item["subject"] for item in seen.json["findings"]} == {
        "companies.salon.calcom_api_key_file",
        "profiles.staging.retell.api_key_file",
        "redis_url_file",
    }


def test_check_finds_an_alias_that_leads_to_no_event_type(cli: Cli) -> None:
    user = cli.user_file(
        "companies: {salon: {event_types: {haircut: salon haircut, färben: 7, cut: ada/cut, beard: -3}}}\n"
    )
    seen = cli("config", "check").exits(2)
    said = "companies.salon.event_types.haircut must be an id, user/slug or team/slug, not 'salon haircut'"
    first, second, hint = seen.stderr.splitlines()[:3]
    assert first == f"error: ENV001 {said} (user file {user})"
    assert ".beard must be" in second
    assert hint == "hint: askpro event-types list shows them", "said once, after all that it helps"
    found = cli("config", "check", "--json").exits(2).json["findings"]
    assert [item["subject"].rpartition(".")[2] for item in found] == ["haircut", "beard"]


def test_a_finding_is_a_sentence_that_names_nothing_twice(cli: Cli) -> None:
    user = cli.user_file("cahce: {slots_ttl: 5}\n")
    seen = cli("config", "check", terminal=True, env={"NO_COLOR": "1"}).exits(2)
    said = f"error: ENV001 {user} sets cahce.slots_ttl, which is not a setting"
    assert said in seen.stderr
    assert str(user) not in seen.stdout


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
    told = cli("config", "check", env=env).exits(1).stderr.splitlines()
    assert f"warning: ENV003 {key} holds a secret and others may read it (mode 644)" in told
    key.chmod(0o600)
    user.chmod(0o600)
    cli("config", "check", env=env).ok()


def test_check_gives_no_advice_on_the_mode_of_a_project_file_that_may_hold_no_key(cli: Cli) -> None:
    cli.project_file("calcom: {api_key: x}\n").chmod(0o644)
    seen = cli("config", "check").exits(2)
    assert "which a project file may not" in seen.stderr
    assert "chmod" not in seen.stderr


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


@pytest.mark.parametrize(
    ("place", "says", "hint"),
    [
        ("state: NWW", "companies.salon.state: no state 'NWW'", "did you mean NW?"),
        ("country: XX", "companies.salon.country: no country 'XX'", "ISO 3166"),
        ("{country: AT, state: NW}", "companies.salon.state: no state 'NW'", "one of 1, 2"),
    ],
)
def test_a_place_without_known_holidays_is_found(cli: Cli, place: str, says: str, hint: str) -> None:
    cli.user_file(f"companies:\n  salon: {place if place[0] == '{' else '{' + place + '}'}\n")
    (found,) = cli("config", "check", "--json").exits(2).json["findings"]
    assert says in found["actual"]
    assert hint in found["hint"]


def test_a_profiles_state_is_judged_by_the_companys_own_country(cli: Cli) -> None:
    company = "companies: {salon: {country: AT}}\n"
    cli.user_file(company + "profiles: {trial: {companies: {salon: {state: '9'}}}}\n")
    cli("config", "check").ok()
    cli.user_file(company + "profiles: {trial: {companies: {salon: {state: BY}}}}\n")
    (found,) = cli("config", "check", "--json").exits(2).json["findings"]
    assert "profiles.trial.companies.salon.state" in found["actual"]
