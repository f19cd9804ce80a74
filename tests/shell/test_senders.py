"""Senders of Standard Webhooks in the settings: read, shown, checked, refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import Cli

from askpro_cli.base.errors import ConfigError
from askpro_cli.shell.context import App
from askpro_cli.shell.options import GlobalOptions
from askpro_cli.shell.settings.loading import Settings, load_settings

_SECRET = "whsec_aW52ZW50ZWQtc2VjcmV0LTAxMjM0NTY3ODk="
_FILE = f"webhook: {{senders: {{acme-mail: {{secret: '{_SECRET}', company: salon}}}}}}\n"


def _load(cli: Cli, **env: str) -> Settings:
    return load_settings({"HOME": str(cli.home), **env}, cli.cwd, {})


def test_a_sender_stands_in_the_user_file(cli: Cli) -> None:
    cli.user_file(_FILE)
    settings = _load(cli)
    assert settings.senders() == ["acme-mail"]
    assert settings.get("webhook.senders.acme-mail.secret") == _SECRET
    assert settings.optional("webhook.senders.acme-mail.company") == "salon"


def test_a_variable_finds_the_sender_whose_name_has_a_hyphen(cli: Cli) -> None:
    cli.user_file(_FILE)
    settings = _load(cli, ASKPRO_WEBHOOK_SENDERS_ACME_MAIL_SECRET="c2Vjb25k")
    assert settings.get("webhook.senders.acme-mail.secret") == "c2Vjb25k"


def test_a_sender_may_stand_in_the_environment_alone(cli: Cli) -> None:
    settings = _load(cli, ASKPRO_WEBHOOK_SENDERS_ACME_SECRET_FILE="/run/acme.secret")
    assert settings.senders() == ["acme"]
    assert settings.text("webhook.senders.acme.secret_file") == "/run/acme.secret"


def test_a_profile_has_senders_of_its_own(cli: Cli) -> None:
    cli.user_file(f"profiles: {{staging: {{webhook: {{senders: {{acme: {{secret: '{_SECRET}'}}}}}}}}}}\n")
    assert _load(cli).senders() == []
    assert _load(cli, ASKPRO_PROFILE="staging").senders() == ["acme"]


def test_a_section_nobody_filled_is_no_sender(cli: Cli) -> None:
    cli.user_file("webhook:\n  senders:\n    acme:\n")
    assert _load(cli).senders() == []


@pytest.mark.parametrize("name", ["Acme", "a b", "-acme", "x" * 51, "calcom", "retell", "stripe"])
def test_a_name_no_route_can_have_is_told_with_the_rule(cli: Cli, name: str) -> None:
    cli.user_file(f"webhook: {{senders: {{'{name}': {{secret: '{_SECRET}'}}}}}}\n")
    with pytest.raises(ConfigError, match="cannot be a sender's name") as error:
        _load(cli)
    assert "none of calcom, retell, stripe" in str(error.value.hint)


def test_a_mistyped_setting_of_a_sender_is_told_with_the_nearest(cli: Cli) -> None:
    cli.user_file("webhook: {senders: {acme: {secrett: x}}}\n")
    with pytest.raises(ConfigError, match="not a setting") as error:
        _load(cli)
    assert error.value.hint == "did you mean webhook.senders.acme.secret"


def test_a_project_file_may_set_no_sender(cli: Cli) -> None:
    cli.project_file(_FILE)
    with pytest.raises(ConfigError, match="which a project file may not"):
        _load(cli)


def test_config_show_masks_the_secret_of_a_sender(cli: Cli) -> None:
    cli.user_file(_FILE)
    shown = cli("config", "show", "--json").ok().stdout
    rows = {row["name"]: row["value"] for row in json.loads(shown)["data"]["settings"]}
    assert rows["webhook.senders.acme-mail.secret"] == "***"
    assert rows["webhook.senders.acme-mail.company"] == "salon"
    assert _SECRET not in shown


def test_config_check_finds_a_secret_that_is_no_base64(cli: Cli, tmp_path: Path) -> None:
    secret = tmp_path / "acme.secret"
    secret.write_text("not base64 at äll\n", encoding="utf-8")
    secret.chmod(0o600)
    cli.user_file(f"webhook: {{senders: {{acme: {{secret_file: {secret}}}, other: {{secret: 'x'}}}}}}\n")
    told = cli("config", "check", "--json").exits(2).stdout
    findings = {row["subject"]: row["actual"] for row in json.loads(told)["findings"]}
    assert "must be base64" in findings["webhook.senders.acme.secret_file"]
    assert "must be base64" in findings["webhook.senders.other.secret"]
    assert "äll" not in told


def test_a_variable_that_sets_no_sender_is_reported(cli: Cli) -> None:
    told = cli("config", "check", env={"ASKPRO_WEBHOOK_SENDERS_ACME_SECRETS": "x"}).exits(1)
    assert "ASKPRO_WEBHOOK_SENDERS_ACME_SECRETS sets nothing" in told.stderr


def test_an_app_tells_senders_and_companies_apart(cli: Cli) -> None:
    cli.user_file("companies: {salon: {}}\n" + _FILE)
    app = App.for_tests(env={"HOME": str(cli.home)}, cwd=cli.cwd, options=GlobalOptions())
    assert list(app.settings.companies()) == ["salon"]
    assert app.settings.senders() == ["acme-mail"]
