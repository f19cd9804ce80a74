"""The secrets of webhooks, as settings, files, companies and senders name them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import Cli

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.redaction import fingerprint
from askpro_cli.shell.actions.daemon.secret_loading import load_secrets
from askpro_cli.shell.context import App
from askpro_cli.webhooks.secrets import SecretBook


def _app(cli: Cli, **env: str) -> App:
    return App.for_tests(env={"HOME": str(cli.home), **env}, cwd=cli.cwd)


def _secret_file(folder: Path, text: str) -> Path:
    path = folder / "some.secret"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_nothing_is_configured(cli: Cli) -> None:
    assert load_secrets(_app(cli)) == {}


def test_several_secrets_of_one_source_each_have_an_id_that_tells_nothing(cli: Cli) -> None:
    found = load_secrets(_app(cli, ASKPRO_WEBHOOK_SECRET_STRIPE=" whsec_new , whsec_old\n"))["stripe"]
    assert [secret.value for secret in found] == ["whsec_new", "whsec_old"]
    assert [secret.id for secret in found] == [
        f"webhook.secret_stripe#1:{fingerprint('whsec_new')[:8]}",
        f"webhook.secret_stripe#2:{fingerprint('whsec_old')[:8]}",
    ]


def test_companies_have_their_own_after_the_common_ones(cli: Cli) -> None:
    cli.user_file(
        "companies: {salon: {webhook_secret_calcom: salons}, clinic: {webhook_secret_calcom: clinics}}\n"
    )
    found = load_secrets(_app(cli, ASKPRO_WEBHOOK_SECRET_CALCOM="common"))["calcom"]
    assert [(secret.value, secret.company) for secret in found] == [
        ("common", None),
        ("clinics", "clinic"),
        ("salons", "salon"),
    ]


def test_a_secret_that_two_companies_share_tells_of_neither(cli: Cli) -> None:
    cli.user_file(
        "companies:\n"
        "  salon: {webhook_secret_calcom: 'shared,salons'}\n"
        "  clinic: {webhook_secret_calcom: shared}\n"
        "  praxis: {webhook_secret_calcom: 'common,common'}\n"
    )
    found = load_secrets(_app(cli, ASKPRO_WEBHOOK_SECRET_CALCOM="common"))["calcom"]
    assert {secret.value: secret.company for secret in found} == {
        "common": None,
        "shared": None,
        "salons": "salon",
    }
    assert len(found) == 3


def test_a_sender_and_its_company(cli: Cli) -> None:
    cli.user_file("webhook: {senders: {acme: {secret: 'whsec_c2VjcmV0', company: salon}}}\n")
    (secret,) = load_secrets(_app(cli))["acme"]
    assert (secret.value, secret.company) == ("whsec_c2VjcmV0", "salon")
    assert secret.id.startswith("webhook.senders.acme.secret#1:")


def test_a_file_is_read_anew_with_each_reload(cli: Cli, tmp_path: Path) -> None:
    path = _secret_file(tmp_path, "first\n")
    app = _app(cli, ASKPRO_WEBHOOK_SECRET_RETELL_FILE=str(path))
    book = SecretBook(lambda: load_secrets(app))
    path.write_text("second\nfirst\n", encoding="utf-8")
    assert book.reload() == ("retell",)
    assert [secret.value for secret in book.of("retell")] == ["second", "first"]
    path.unlink()
    with pytest.raises(ConfigError, match=r"cannot read webhook\.secret_retell"):
        book.reload()
    assert len(book.of("retell")) == 2


@pytest.mark.parametrize("text", ["   \n", " , \n,"])
def test_a_file_of_blanks_takes_no_secret_away(cli: Cli, tmp_path: Path, text: str) -> None:
    """The source would refuse what its sender, of whom some send once, can never send again."""
    path = _secret_file(tmp_path, "first\n")
    app = _app(cli, ASKPRO_WEBHOOK_SECRET_CALCOM_FILE=str(path))
    book = SecretBook(lambda: load_secrets(app))
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"webhook\.secret_calcom holds .* no secret"):
        book.reload()
    assert [secret.value for secret in book.of("calcom")] == ["first"]


@pytest.mark.parametrize("text", ["with\ttab", "bell\u0007"])
def test_a_secret_with_characters_nobody_types_is_told_without_it(cli: Cli, text: str) -> None:
    with pytest.raises(ConfigError, match="cannot be printed") as error:
        load_secrets(_app(cli, ASKPRO_WEBHOOK_SECRET_CALCOM=text))
    assert text not in str(error.value)


def test_a_sender_whose_secret_is_no_base64_is_told(cli: Cli) -> None:
    cli.user_file("webhook: {senders: {acme: {secret: 'x'}}}\n")
    with pytest.raises(ConfigError, match=r"webhook\.senders\.acme\.secret must be base64"):
        load_secrets(_app(cli))
