from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import Cli

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.shipped import shipped_path
from askpro_cli.calcom.event_types.lookup import Reference, parse_reference
from askpro_cli.shell.company import choose_company
from askpro_cli.shell.settings.files import read_settings_file
from askpro_cli.shell.settings.known import SETTINGS
from askpro_cli.shell.settings.layers import Layer, Origin
from askpro_cli.shell.settings.loading import Settings, load_settings, merge_layers
from askpro_cli.shell.settings.setting import Kind
from askpro_cli.shell.settings.table import find_setting
from askpro_cli.shell.settings.values import mask_dsn, read_value


def load(cli: Cli, env: dict[str, str] | None = None, **flags: str | None) -> Settings:
    return load_settings({"HOME": str(cli.home), **(env or {})}, cli.cwd, flags)


def test_the_shipped_defaults_name_every_setting_and_have_its_kind() -> None:
    defaults = read_settings_file(shipped_path("defaults.yaml"), cache_dir=None)
    named = {setting.name for setting in SETTINGS if not setting.name.endswith("_file")}
    assert set(defaults) == named
    for name, raw in defaults.items():
        setting = find_setting(name)
        assert setting is not None
        assert read_value(setting, raw, "defaults") == raw


def test_no_two_settings_share_an_environment_variable() -> None:
    assert len({setting.env for setting in SETTINGS}) == len(SETTINGS)


def test_every_secret_and_database_can_be_named_by_a_file() -> None:
    for setting in SETTINGS:
        if setting.kind in (Kind.SECRET, Kind.DSN):
            assert find_setting(f"{setting.name}_file") is not None


def test_flag_wins_over_environment_over_project_over_user_over_default(cli: Cli) -> None:
    cli.user_file("timezone: Europe/Vienna\nlogs: {keep_days: 3}\nbooking: {language: en}\n")
    cli.project_file("timezone: Europe/Zurich\nlogs: {keep_days: 4}\n")
    settings = load(cli, {"ASKPRO_TIMEZONE": "Europe/Paris"}, timezone="Europe/Rome")
    assert settings.text("timezone") == "Europe/Rome"
    assert settings.integer("logs.keep_days") == 4
    assert settings.text("booking.language") == "en"
    assert settings.integer("resilience.attempts") == 3
    assert load(cli, {"ASKPRO_TIMEZONE": "Europe/Paris"}).text("timezone") == "Europe/Paris"


def test_each_value_tells_where_it_stood(cli: Cli) -> None:
    user = cli.user_file("booking: {language: en}\nprofiles: {staging: {logs: {keep_days: 2}}}\n")
    project = cli.project_file("alternatives: {limit: 9}\n")
    settings = load(cli, {"ASKPRO_CACHE_STALE_OK": "yes"}, profile="staging", company=None)
    where = {name: value.where for name, value in settings.items()}
    assert where["booking.language"] == f"user file {user}"
    assert where["logs.keep_days"] == f"user file {user}, profile staging"
    assert where["alternatives.limit"] == f"project file {project}"
    assert where["cache.stale_ok"] == "environment ASKPRO_CACHE_STALE_OK"
    assert where["profile"] == "flag --profile"
    assert where["governor.limit"] == "default"


NAMES = ["timezone", "booking.language", "logs.keep_days", "calcom.api_key", "calcom.api_key_file"]
RAW: dict[str, Any] = {
    "timezone": st.sampled_from(["Europe/Berlin", "Europe/Vienna"]),
    "booking.language": st.sampled_from(["de", "en"]),
    "logs.keep_days": st.integers(1, 100),
    "calcom.api_key": st.sampled_from(["k1", "k2"]),
    "calcom.api_key_file": st.sampled_from(["/a", "/b"]),
}


@st.composite
def layers(draw: st.DrawFn) -> list[Layer]:
    """Layers, highest first, each saying some settings."""
    found = []
    for origin in reversed(Origin):
        said = draw(st.lists(st.sampled_from(NAMES), unique=True))
        found.append(Layer(origin, {name: (draw(RAW[name]), f"{origin} {name}") for name in said}))
    return found


@given(layers())
def test_the_highest_layer_that_says_something_wins_and_is_named(found: list[Layer]) -> None:
    merged = merge_layers(found)
    for name in NAMES[:3]:
        expected = next((layer for layer in found if name in layer.values), None)
        if expected is None:
            assert name not in merged
        else:
            assert merged[name].value == expected.values[name][0]
            assert merged[name].origin is expected.origin


@given(layers())
def test_a_secret_and_its_file_are_one_question(found: list[Layer]) -> None:
    merged = merge_layers(found)
    pair = NAMES[3:]
    highest = next((layer for layer in found if any(name in layer.values for name in pair)), None)
    expected = {name for name in pair if highest is not None and name in highest.values}
    assert {name for name in pair if name in merged} == expected


@given(layers(), st.integers(0, 4))
def test_a_layer_below_never_changes_what_those_above_say(found: list[Layer], count: int) -> None:
    upper = merge_layers(found[:count])
    whole = merge_layers(found)
    assert {name: whole[name] for name in upper} == upper


@pytest.mark.parametrize(
    ("text", "name", "hint"),
    [
        ("tiemzone: Europe/Berlin\n", "tiemzone", "did you mean timezone"),
        ("cache: {slot_ttl: 3}\n", "cache.slot_ttl", "did you mean cache.slots_ttl"),
        ("companies: {salon: {time_zone: UTC}}\n", "companies.salon.time_zone", "companies.salon.timezone"),
        (
            "profiles: {staging: {calcom: {base_ulr: x}}}\n",
            "profiles.staging.calcom.base_ulr",
            "did you mean profiles.staging.calcom.base_url",
        ),
    ],
)
def test_an_unknown_name_is_an_error_with_file_and_nearest_name(
    cli: Cli, text: str, name: str, hint: str
) -> None:
    path = cli.user_file(text)
    with pytest.raises(ConfigError, match="is not a setting") as error:
        load(cli)
    assert str(path) in error.value.message
    assert name in error.value.message
    assert hint in str(error.value.hint)


@pytest.mark.parametrize(
    ("slug", "example"),
    [("Salon", "example salon"), ("Salon Mitte", "example salon-mitte"), ("ß", "letter or digit")],
)
def test_a_company_without_a_slug_is_told_what_a_slug_is(cli: Cli, slug: str, example: str) -> None:
    path = cli.user_file(f"companies: {{{slug}: {{timezone: UTC}}}}\n")
    with pytest.raises(ConfigError) as error:
        load(cli)
    said = f"{path} sets companies.{slug}.timezone, but {slug!r} cannot be a company's slug"
    assert error.value.message == said
    assert error.value.hint is not None
    assert error.value.hint.startswith("a slug has small letters a to z, digits, - and _")
    assert error.value.hint.endswith(example)


def test_an_alias_may_have_umlauts_and_capitals_however_they_are_typed(cli: Cli) -> None:
    cli.user_file("companies: {salon: {event_types: {färben: 1002, Strähnen_2: 1003, 2er-Termin: 1004}}}\n")
    aliases = choose_company(load(cli)).event_types
    assert aliases == {"färben": "1002", "Strähnen_2": "1003", "2er-Termin": "1004"}
    assert parse_reference("fa\u0308rben", aliases) == Reference(id=1002)
    cli.user_file("companies: {salon: {event_types: {fa\u0308rben: 1002}}}\n")
    assert parse_reference("färben", choose_company(load(cli)).event_types) == Reference(id=1002)


@pytest.mark.parametrize("alias", ["färben rot", "1001", "-x", "a.b", "x" * 64])
def test_what_cannot_be_an_alias_is_told_with_the_rule(cli: Cli, alias: str) -> None:
    cli.user_file(f"companies: {{salon: {{event_types: {{{alias}: 1002}}}}}}\n")
    with pytest.raises(ConfigError, match="cannot be an alias") as error:
        load(cli)
    assert "no blanks" in str(error.value.hint)


@pytest.mark.parametrize(
    "text",
    [
        "calcom: {base_url: 'https://evil.example.org'}\n",
        "calcom: {api_key: x}\n",
        "calcom: {api_key_file: /tmp/x}\n",
        "retell: {base_url: 'https://evil.example.org'}\n",
        "database_url: 'sqlite:////tmp/x.db'\n",
        "database_url_file: /tmp/x\n",
        "redis_url: 'redis://evil.example.org'\n",
        "state_dir: /tmp/x\n",
        "secrets: {keyring: true}\n",
        "webhook: {secret_stripe_file: /tmp/x}\n",
        "companies: {salon: {calcom_base_url: 'https://evil.example.org'}}\n",
        "companies: {salon: {calcom_api_key: x}}\n",
        "profiles: {p: {calcom: {base_url: 'https://evil.example.org'}}}\n",
        "profiles: {p: {companies: {salon: {calcom_api_key_file: /tmp/x}}}}\n",
    ],
)
def test_a_project_file_cannot_redirect_keys(cli: Cli, text: str) -> None:
    path = cli.project_file(text)
    with pytest.raises(ConfigError, match="which a project file may not") as error:
        load(cli)
    assert str(path) in error.value.message


def test_a_project_file_may_set_the_rest(cli: Cli) -> None:
    cli.project_file("company: salon\ncompanies: {salon: {timezone: Europe/Vienna, event_types: {cut: 7}}}\n")
    settings = load(cli)
    assert settings.text("company") == "salon"
    assert settings.get("companies.salon.event_types.cut") == "7"


@pytest.mark.parametrize(
    ("variable", "raw", "said"),
    [
        ("ASKPRO_CALCOM_TIMEOUT", "soon", "calcom.timeout must be a number, not 'soon'"),
        ("ASKPRO_CALCOM_TIMEOUT", "nan", "must be a number"),
        ("ASKPRO_CALCOM_TIMEOUT", "0", "must be from 0.1 to 300 s"),
        ("ASKPRO_RESILIENCE_ATTEMPTS", "2.5", "must be a whole number"),
        ("ASKPRO_CACHE_STALE_OK", "perhaps", "must be true or false"),
        ("ASKPRO_CALCOM_BASE_URL", "ftp://x", "must be a URL that starts with http"),
        ("ASKPRO_BOOKING_LANGUAGE", "klingon", "must be one of de, en, fr, tr"),
        ("ASKPRO_COMPANY", "Der Salon", "must be a slug"),
        ("ASKPRO_TIMEZONE", "Europe Berlin", "must be a time zone"),
    ],
)
def test_a_wrong_value_names_setting_expectation_and_place(
    cli: Cli, variable: str, raw: str, said: str
) -> None:
    with pytest.raises(ConfigError) as error:
        load(cli, {variable: raw})
    assert said in error.value.message
    assert f"environment {variable}" in error.value.message


@pytest.mark.parametrize("raw", ["sqlite:/var/x.db", "/var/x.db"])
def test_a_file_as_database_url_is_told_how_sqlite_is_written(cli: Cli, raw: str) -> None:
    cli.env["ASKPRO_DATABASE_URL"] = raw
    told = cli("services", "list").exits(2).stderr
    assert "database_url must be a URL" in told
    assert "sqlite:////var/lib/records.db" in told


def test_a_wrong_secret_is_never_quoted(cli: Cli) -> None:
    with pytest.raises(ConfigError) as error:
        load(cli, {"ASKPRO_DATABASE_URL": "user:hunter2@host"})
    assert "hunter2" not in str(error.value.as_dict())


def test_a_password_in_a_base_url_is_refused_and_never_quoted(cli: Cli) -> None:
    with pytest.raises(ConfigError, match="without a user name and password") as error:
        load(cli, {"ASKPRO_CALCOM_BASE_URL": "https://anna:hunter2@cal.example.org/v2"})
    assert "hunter2" not in str(error.value.as_dict())


def test_an_empty_variable_unsets_a_url_and_leaves_a_number_alone(cli: Cli) -> None:
    cli.user_file("redis_url: redis://127.0.0.1:1/0\nlogs: {keep_days: 5}\n")
    settings = load(cli, {"ASKPRO_REDIS_URL": "", "ASKPRO_LOGS_KEEP_DAYS": ""})
    assert settings.optional("redis_url") is None
    assert settings.integer("logs.keep_days") == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1\n", "cannot read"),
        ("- 1\n- 2\n", "is not a mapping"),
        ("timezone: UTC\ntimezone: UTC\n", "stands twice"),
        ("cache: {slots_ttl: 1}\ncache: {empty_ttl: 1}\n", "stands twice"),
        ("a: !!python/object:os.system x\n", "cannot read"),
        ("? {a: b}\n: c\n", "cannot read"),
    ],
)
def test_a_file_that_is_no_settings_file_is_named(cli: Cli, text: str, said: str) -> None:
    path = cli.user_file(text)
    with pytest.raises(ConfigError, match=said) as error:
        load(cli)
    assert str(path) in error.value.message


def test_a_file_that_is_not_text_is_named(cli: Cli) -> None:
    cli.user_file("").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        load(cli)


def test_a_user_file_named_by_the_environment_must_exist(cli: Cli) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load(cli, {"ASKPRO_CONFIG": "/nonexistent/askpro.yaml"})


def test_the_named_user_file_replaces_the_usual_one(cli: Cli, tmp_path: Path) -> None:
    cli.user_file("logs: {keep_days: 5}\n")
    other = tmp_path / "other.yaml"
    other.write_text("timezone: Europe/Vienna\n", encoding="utf-8")
    settings = load(cli, {"ASKPRO_CONFIG": str(other)})
    assert (settings.text("timezone"), settings.integer("logs.keep_days")) == ("Europe/Vienna", 14)


def test_a_section_with_all_lines_commented_out_says_nothing(cli: Cli) -> None:
    cli.user_file("cache:\n#  slots_ttl: 3\nprofiles:\ncompanies:\n")
    assert load(cli).number("cache.slots_ttl") == 300


def test_a_profile_lies_over_its_own_file_only(cli: Cli) -> None:
    cli.user_file("logs: {keep_days: 5}\nprofiles: {p: {logs: {keep_days: 6}, alternatives: {limit: 7}}}\n")
    cli.project_file("logs: {keep_days: 8}\n")
    settings = load(cli, profile="p")
    assert (settings.integer("logs.keep_days"), settings.integer("alternatives.limit")) == (8, 7)


def test_an_unknown_profile_is_an_error_with_the_nearest(cli: Cli) -> None:
    cli.user_file("profiles: {staging: {logs: {keep_days: 6}}}\n")
    with pytest.raises(ConfigError, match="there is no profile 'stagin'") as error:
        load(cli, profile="stagin")
    assert error.value.hint == "did you mean --profile staging"


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"ASKPRO_STATE_DIR": "/a", "STATE_DIRECTORY": "/b", "XDG_STATE_HOME": "/c"}, "/a"),
        ({"STATE_DIRECTORY": "/b:/other", "XDG_STATE_HOME": "/c"}, "/b"),
        ({"XDG_STATE_HOME": "/c"}, "/c/askpro"),
        ({"XDG_STATE_HOME": "relative"}, "HOME/.local/state/askpro"),
        ({}, "HOME/.local/state/askpro"),
    ],
)
def test_the_state_folder(cli: Cli, env: dict[str, str], expected: str) -> None:
    assert str(load(cli, env).state_dir) == expected.replace("HOME", str(cli.home))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////var/lib/askpro/records.db", "sqlite:////var/lib/askpro/records.db"),
        (
            "postgresql+psycopg://ada:pw@db.example.org:5432/askpro",
            "postgresql+psycopg://ada:***@db.example.org:5432/askpro",
        ),
        ("redis://:pw@cache.example.org/0", "redis://:***@cache.example.org/0"),
        ("postgresql://db/askpro?password=pw", "postgresql://db/askpro?***"),
        ("mysql://a:p@ss@host/x", "mysql://a:***@host/x"),
    ],
)
def test_a_database_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert mask_dsn(url) == shown


def test_asking_for_a_name_outside_the_table_is_a_bug(cli: Cli) -> None:
    with pytest.raises(KeyError):
        load(cli).get("no.such")


def test_a_required_setting_that_was_emptied_is_told(cli: Cli) -> None:
    cli.user_file("calcom: {timeout: null}\n")
    with pytest.raises(ConfigError, match=r"calcom\.timeout is not set"):
        load(cli).number("calcom.timeout")
