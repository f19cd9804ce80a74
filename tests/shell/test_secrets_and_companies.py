from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from support.cli import Cli

from askpro_cli.base.errors import AuthError, ConfigError
from askpro_cli.shell.company import choose_company
from askpro_cli.shell.context import App
from askpro_cli.shell.options import GlobalOptions
from askpro_cli.shell.settings.loading import Settings, load_settings
from askpro_cli.shell.settings.secrets import read_secret

TWO = "companies:\n  salon: {timezone: Europe/Vienna}\n  clinic-mitte: {calcom_api_key: ck}\n"


def load(cli: Cli, **env: str) -> Settings:
    return load_settings({"HOME": str(cli.home), **env}, cli.cwd, {})


def secret(settings: Settings, name: str = "calcom.api_key") -> tuple[str | None, list[str]]:
    told: list[str] = []
    return read_secret(settings, name, told.append), told


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\n\n"])
def test_a_secret_file_loses_its_last_line_breaks(cli: Cli, tmp_path: Path, ending: str) -> None:
    path = tmp_path / "key"
    path.write_text(f"cal_test_invented{ending}", newline="")
    path.chmod(0o600)
    assert secret(load(cli, ASKPRO_CALCOM_API_KEY_FILE=str(path))) == ("cal_test_invented", [])


def test_a_secret_file_that_others_may_read_is_told(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("cal_test_invented")
    path.chmod(0o644)
    value, told = secret(load(cli, ASKPRO_CALCOM_API_KEY_FILE=str(path)))
    assert value == "cal_test_invented"
    assert told == [f"{path} holds a secret and others may read it: chmod 600 {path}"]


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), (b"\xff\xfe", "not text"), (b"\n", "is empty")]
)
def test_a_secret_file_that_cannot_be_used_is_named(
    cli: Cli, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=said) as error:
        secret(load(cli, ASKPRO_CALCOM_API_KEY_FILE=str(path)))
    assert str(path) in error.value.message


def test_value_and_file_in_one_place_are_refused(cli: Cli) -> None:
    with pytest.raises(ConfigError, match="are both set"):
        secret(load(cli, ASKPRO_CALCOM_API_KEY="a", ASKPRO_CALCOM_API_KEY_FILE="/b"))


def test_a_variable_silences_the_file_of_a_settings_file(cli: Cli) -> None:
    cli.user_file("calcom: {api_key_file: /nonexistent}\n")
    assert secret(load(cli, ASKPRO_CALCOM_API_KEY="from-env")) == ("from-env", [])
    assert secret(load(cli, ASKPRO_CALCOM_API_KEY="")) == (None, [])


def test_the_keyring_is_asked_when_it_is_on_and_nothing_else_is_set(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def answer(service: str, name: str) -> str:
        asked.append((service, name))
        return "from-ring"

    _install_keyring(monkeypatch, answer)
    assert secret(load(cli)) == (None, [])
    assert secret(load(cli, ASKPRO_SECRETS_KEYRING="1", ASKPRO_CALCOM_API_KEY="env")) == ("env", [])
    assert asked == []
    assert secret(load(cli, ASKPRO_SECRETS_KEYRING="1")) == ("from-ring", [])
    assert asked == [("askpro", "calcom.api_key")]


def test_a_keyring_that_fails_or_is_missing_is_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(cli, ASKPRO_SECRETS_KEYRING="1")
    failure = _install_keyring(monkeypatch, None)
    with pytest.raises(ConfigError, match=r"did not give calcom\.api_key: locked") as error:
        secret(settings)
    assert isinstance(error.value.__cause__, failure)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match="not installed") as missing:
        secret(settings)
    assert missing.value.hint == "pip install 'askpro[keyring]'"


def _install_keyring(monkeypatch: pytest.MonkeyPatch, answer: object) -> type[Exception]:
    """Put an invented keyring package in place; the real one is an optional extra."""

    class KeyringError(Exception):
        pass

    def locked(service: str, name: str) -> str:
        del service, name
        message = "locked"
        raise KeyringError(message)

    package, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    package.get_password = answer or locked  # type: ignore[attr-defined]  # a module made for the test
    errors.KeyringError = KeyringError  # type: ignore[attr-defined]  # the same
    monkeypatch.setitem(sys.modules, "keyring", package)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return KeyringError


def test_without_companies_it_is_default_with_the_common_key(cli: Cli) -> None:
    company = choose_company(load(cli))
    assert (company.slug, company.key_setting, company.timezone) == (
        "default",
        "calcom.api_key",
        "Europe/Berlin",
    )


def test_one_company_is_chosen_by_itself_and_may_use_the_common_key(cli: Cli) -> None:
    cli.user_file("companies: {salon: {timezone: Europe/Vienna, event_types: {cut: 7, perm: ada/perm}}}\n")
    company = choose_company(load(cli))
    assert (company.slug, company.key_setting) == ("salon", "calcom.api_key")
    assert company.zone.key == "Europe/Vienna"
    assert company.event_types == {"cut": "7", "perm": "ada/perm"}


def test_several_companies_and_none_chosen_is_an_error_that_names_them(cli: Cli) -> None:
    cli.user_file(TWO)
    with pytest.raises(ConfigError, match="none is chosen: clinic-mitte, salon") as error:
        choose_company(load(cli))
    assert "--company clinic-mitte" in str(error.value.hint)


def test_with_several_companies_a_common_key_is_nobodys(cli: Cli) -> None:
    cli.user_file(TWO)
    env = {"HOME": str(cli.home), "ASKPRO_CALCOM_API_KEY": "common"}
    app = App.for_tests(env=env, cwd=cli.cwd, options=GlobalOptions(company="salon"))
    with pytest.raises(AuthError, match=r"company salon has no Cal\.com key") as error:
        _ = app.api_key
    assert "ASKPRO_COMPANIES_SALON_CALCOM_API_KEY" in str(error.value.hint)


def test_a_variable_finds_the_company_whose_slug_has_a_hyphen(cli: Cli) -> None:
    cli.user_file(TWO)
    env = {"HOME": str(cli.home), "ASKPRO_COMPANIES_CLINIC_MITTE_CALCOM_API_KEY": "from-env"}
    app = App.for_tests(env=env, cwd=cli.cwd, options=GlobalOptions(company="clinic-mitte"))
    assert app.api_key == "from-env"


def test_an_unknown_company_is_an_error_with_the_nearest(cli: Cli) -> None:
    cli.user_file(TWO)
    with pytest.raises(ConfigError, match="there is no company 'salom'") as error:
        choose_company(load(cli, ASKPRO_COMPANY="salom"))
    assert error.value.hint == "did you mean --company salon"


def test_a_company_without_settings_of_its_own_exists(cli: Cli) -> None:
    cli.user_file("companies: {salon: {}}\n")
    assert choose_company(load(cli)).slug == "salon"


def test_where_no_company_is_configured_any_may_be_named_for_the_records_know_it(cli: Cli) -> None:
    company = choose_company(load(cli, ASKPRO_COMPANY="salon"))
    assert (company.slug, company.key_setting) == ("salon", "calcom.api_key")


def test_the_zone_is_the_flags_then_the_companys_then_the_settings(cli: Cli) -> None:
    cli.user_file(
        "timezone: Europe/Paris\ncompanies: {salon: {timezone: Europe/Vienna}, clinic: {language: en}}\n"
    )
    zones = {
        (company, flag): App.for_tests(
            env={"HOME": str(cli.home)}, cwd=cli.cwd, options=GlobalOptions(company=company, timezone=flag)
        ).company.timezone
        for company in ("salon", "clinic")
        for flag in (None, "Europe/Rome")
    }
    assert zones == {
        ("salon", None): "Europe/Vienna",
        ("salon", "Europe/Rome"): "Europe/Rome",
        ("clinic", None): "Europe/Paris",
        ("clinic", "Europe/Rome"): "Europe/Rome",
    }


def test_an_app_for_tests_rejects_names_it_does_not_have() -> None:
    with pytest.raises(TypeError, match="settigns"):
        App.for_tests(settigns={})


def test_the_environment_points_a_run_away_from_the_companys_own_server(cli: Cli) -> None:
    cli.user_file("companies:\n  salon: {calcom_base_url: 'https://cal.salon.example.org/v2'}\n")
    assert choose_company(load(cli)).base_url == "https://cal.salon.example.org/v2"
    rehearsal = "http://127.0.0.1:8010/v2"
    assert choose_company(load(cli, ASKPRO_CALCOM_BASE_URL=rehearsal)).base_url == rehearsal
    own = load(
        cli,
        ASKPRO_CALCOM_BASE_URL=rehearsal,
        ASKPRO_COMPANIES_SALON_CALCOM_BASE_URL="https://own.example.org/v2",
    )
    assert choose_company(own).base_url == "https://own.example.org/v2"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.cal.com/v2", "api.cal.com"),
        ("https://API.cal.com/v2/", "api.cal.com"),
        ("http://127.0.0.1:8010/v2", "127.0.0.1:8010"),
        ("https://example.org/booking/v2", "example.org/booking"),
    ],
)
def test_a_server_has_one_short_name(cli: Cli, url: str, name: str) -> None:
    assert choose_company(load(cli, ASKPRO_CALCOM_BASE_URL=url)).server == name
