"""The compiled copy of a settings file: as fresh as the file, never with a secret, never a reason to fail."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from askpro_cli.shell.settings import yaml_reading
from askpro_cli.shell.settings.files import read_settings_file


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text("timezone: Europe/Vienna\nlogs: {keep_days: 3}\n", encoding="utf-8")
    return path


@pytest.fixture
def cache_dir(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def forbid_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str, where: str) -> None:
        raise AssertionError(where, text)

    monkeypatch.setattr(yaml_reading, "parse_yaml", refuse)


def test_the_second_read_needs_no_yaml(
    source: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_settings_file(source, cache_dir=cache_dir)
    forbid_yaml(monkeypatch)
    assert (
        read_settings_file(source, cache_dir=cache_dir)
        == first
        == {"timezone": "Europe/Vienna", "logs.keep_days": 3}
    )


def test_the_copy_is_private(source: Path, cache_dir: Path) -> None:
    read_settings_file(source, cache_dir=cache_dir)
    (copy,) = cache_dir.iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache_dir.stat().st_mode) == 0o700


def test_a_change_is_seen_at_once(source: Path, cache_dir: Path) -> None:
    read_settings_file(source, cache_dir=cache_dir)
    source.write_text("timezone: Europe/Zurich\n", encoding="utf-8")
    assert read_settings_file(source, cache_dir=cache_dir) == {"timezone": "Europe/Zurich"}


@pytest.mark.parametrize(
    "text",
    [
        "calcom: {api_key: hunter2}\n",
        "database_url: 'postgresql://a:hunter2@b/c'\n",
        "companies: {salon: {calcom_api_key: hunter2}}\n",
        "profiles: {p: {webhook: {secret_stripe: hunter2}}}\n",
        "profiles: {p: {companies: {salon: {calcom_api_key: hunter2}}}}\n",
        "unknown_key: hunter2\n",
    ],
)
def test_a_file_with_a_secret_is_never_copied(source: Path, cache_dir: Path, text: str) -> None:
    source.write_text(text, encoding="utf-8")
    read_settings_file(source, cache_dir=cache_dir)
    assert not cache_dir.exists()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"stamp": null}', '{"stamp": "SAME", "flat": 3}'])
def test_a_damaged_copy_is_made_anew(source: Path, cache_dir: Path, damage: str) -> None:
    first = read_settings_file(source, cache_dir=cache_dir)
    (copy,) = cache_dir.iterdir()
    stamp = json.dumps(json.loads(copy.read_text())["stamp"])
    copy.write_text(damage.replace('"SAME"', stamp))
    assert read_settings_file(source, cache_dir=cache_dir) == first


def test_a_copy_others_may_write_is_not_believed(source: Path, cache_dir: Path) -> None:
    read_settings_file(source, cache_dir=cache_dir)
    (copy,) = cache_dir.iterdir()
    document = json.loads(copy.read_text())
    document["flat"]["timezone"] = "Mars/Olympus"
    copy.write_text(json.dumps(document))
    copy.chmod(0o666)
    assert read_settings_file(source, cache_dir=cache_dir)["timezone"] == "Europe/Vienna"


def test_a_copy_of_another_file_is_not_believed(source: Path, cache_dir: Path) -> None:
    read_settings_file(source, cache_dir=cache_dir)
    (copy,) = cache_dir.iterdir()
    document = json.loads(copy.read_text())
    document["stamp"][1] = "/another/file.yaml"
    document["flat"] = {}
    copy.write_text(json.dumps(document))
    assert read_settings_file(source, cache_dir=cache_dir)["timezone"] == "Europe/Vienna"


def test_a_cache_folder_that_cannot_be_made_is_no_reason_to_fail(source: Path) -> None:
    assert read_settings_file(source, cache_dir=Path(os.devnull) / "x")["timezone"] == "Europe/Vienna"
