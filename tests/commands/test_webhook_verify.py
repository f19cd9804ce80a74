"""``askpro webhooks verify``: exit 0 or 1 as the vendor's SDK decides, and which wrong scheme would match."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.cli import Cli, Outcome
from support.signed import BODIES, NOW_MS, SECRETS
from support.vectors import Vector, vectors

from askpro_cli.webhooks.providers.signing import sign

_AT = datetime.fromtimestamp(NOW_MS / 1000, tz=UTC).isoformat(timespec="milliseconds")
_PROVIDER = {"acme": "standard"}


def _file(cli: Cli, body: bytes) -> str:
    path = cli.cwd / "body.json"
    path.write_bytes(body)
    return str(path)


def _verify(
    cli: Cli, source: str, signature: str, *more: str, body: bytes | None = None, at: str = _AT
) -> Outcome:
    file = _file(cli, BODIES[source] if body is None else body)
    cli.env["INVENTED"] = SECRETS[source]
    provider = _PROVIDER.get(source, source)
    return cli(
        "webhooks", "verify", file, "--provider", provider, "--signature", signature,
        "--secret-env", "INVENTED", "--at", at, "--json", *more,
    )  # fmt: skip


@pytest.mark.parametrize("vector", [one for one in vectors() if one.body], ids=str)
def test_every_vector(cli: Cli, vector: Vector) -> None:
    """The command decides as the daemon does, at the vector's own time."""
    file = _file(cli, vector.body)
    cli.env["INVENTED"] = vector.secret
    lines = [f"--header={name.decode()}: {value.decode()}" for name, value in vector.headers]
    provider = _PROVIDER.get(vector.source, vector.source)
    outcome = cli(
        "webhooks", "verify", file, "--provider", provider, *lines, "--secret-env", "INVENTED",
        "--at", str(vector.now_ms), "--json",
    )  # fmt: skip
    trailing = any(value != value.strip() for _, value in vector.headers)
    assert outcome.exit_code == (0 if vector.accept or trailing else 1), outcome.stdout
    assert vector.secret not in outcome.stdout + outcome.stderr


def test_a_right_signature_names_the_secret(cli: Cli) -> None:
    signature = sign("calcom", BODIES["calcom"], SECRETS["calcom"], NOW_MS)[0][1]
    found = _verify(cli, "calcom", signature).ok()
    assert found.data["accepted"] is True
    assert found.data["secret"].startswith("INVENTED#1:")


def test_an_old_request_is_right_at_its_own_time_and_too_old_now(cli: Cli) -> None:
    signature = sign("retell", BODIES["retell"], SECRETS["retell"], NOW_MS)[0][1]
    for at in (_AT, str(NOW_MS), str(NOW_MS // 1000)):
        _verify(cli, "retell", signature, at=at).ok()
    late = _verify(cli, "retell", signature, at=str(NOW_MS + 300_001)).exits(1)
    assert late.data["cause"] == "too_old"
    assert [one["code"] for one in late.data["would_match"]] == ["clock"]
    assert late.json["findings"][0]["code"] == "HOOK020"
    _verify(cli, "retell", signature, at=str(NOW_MS + 300_000)).ok()


def test_the_wrong_scheme_that_matches_is_told(cli: Cli) -> None:
    rewritten = json.dumps(json.loads(BODIES["retell"])).encode()
    signature = sign("retell", rewritten, SECRETS["retell"], NOW_MS)[0][1]
    found = _verify(cli, "retell", signature).exits(1)
    assert [one["code"] for one in found.data["would_match"]] == ["reencoded_json"]
    assert "decoded and written again" in found.json["findings"][0]["actual"]


def test_a_key_of_the_settings_that_was_taken_for_the_right_one(cli: Cli) -> None:
    cli.env["ASKPRO_RETELL_API_KEY"] = "key_without_the_badge"
    signature = sign("retell", BODIES["retell"], "key_without_the_badge", NOW_MS)[0][1]
    found = _verify(cli, "retell", signature).exits(1)
    assert [one["code"] for one in found.data["would_match"]] == ["other_key"]
    assert "retell.api_key" in found.json["findings"][0]["actual"]
    assert "key_without_the_badge" not in found.stdout + found.stderr


def test_the_secrets_of_the_settings_are_used_where_no_variable_is_named(cli: Cli) -> None:
    cli.env["ASKPRO_WEBHOOK_SECRET_STRIPE"] = f"whsec_old,{SECRETS['stripe']}"
    signature = sign("stripe", BODIES["stripe"], SECRETS["stripe"], NOW_MS)[0][1]
    file = _file(cli, BODIES["stripe"])
    found = cli(
        "webhooks", "verify", file, "--provider", "stripe", "--signature", signature, "--at", _AT, "--json"
    ).ok()
    assert found.data["secret"].startswith("webhook.secret_stripe#2:")


@pytest.mark.parametrize("name", ["standard", "standardwebhooks", "standard-webhooks"])
def test_standard_webhooks_by_any_of_its_names(cli: Cli, name: str) -> None:
    cli.env["INVENTED"] = SECRETS["acme"]
    lines = [
        f"--header={key}: {value}" for key, value in sign("acme", b"{}", SECRETS["acme"], NOW_MS, "msg_1")
    ]
    file = _file(cli, b"{}")
    cli("webhooks", "verify", file, "--provider", name, *lines, "--secret-env", "INVENTED", "--at", _AT).ok()


def test_what_stripe_s_sdk_cannot_read_is_not_accepted_though_it_is_signed(cli: Cli) -> None:
    for body in (b"not json", b"[]", b'{"object":"v2.core.event","type":"x"}'):
        signature = sign("stripe", body, SECRETS["stripe"], NOW_MS)[0][1]
        found = _verify(cli, "stripe", signature, body=body).exits(1)
        assert found.data["cause"] in ("not_json", "not_an_event")


def test_a_body_from_stdin(cli: Cli) -> None:
    cli.env["INVENTED"] = SECRETS["calcom"]
    signature = sign("calcom", b"{}", SECRETS["calcom"], NOW_MS)[0][1]
    cli(
        "webhooks", "verify", "-", "--provider", "calcom", "--signature", signature,
        "--secret-env", "INVENTED", stdin="{}",
    ).ok()  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--provider", "calcm", "--signature", "x"], 2, "did you mean calcom"),
        (["--provider", "calcom"], 2, "there is no signature"),
        (["--provider", "calcom", "--signature", "x", "--header", "X-Cal-Signature-256: y"], 2, "once"),
        (["--provider", "calcom", "--signature", "x", "--header", "nonsense"], 2, "Name: value"),
        (["--provider", "calcom", "--signature", "x", "--at", "yesterday"], 2, "--at"),
        (["--provider", "calcom", "--signature", "x", "--secret-env", "NOBODY_SET_IT"], 2, "holds no secret"),
        (["--provider", "calcom", "--signature", "x"], 2, "no secret of calcom is configured"),
    ],
)
def test_what_is_typed_wrongly_is_told_at_once(cli: Cli, arguments: list[str], code: int, told: str) -> None:
    found = cli("webhooks", "verify", _file(cli, b"{}"), *arguments).exits(code)
    assert told in found.stderr


def test_a_file_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    cli.env["INVENTED"] = "x"
    found = cli(
        "webhooks", "verify", str(tmp_path / "none"), "--provider", "calcom", "--signature", "x",
        "--secret-env", "INVENTED",
    )  # fmt: skip
    assert "there is no file" in found.exits(3).stderr
