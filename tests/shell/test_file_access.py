"""Secret files and access lists: what systemd hands to a unit is private, what is given to others is not."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from support.cli import Cli

from askpro_cli.shell.settings.file_access import others_may_read

OWNER, USER, GROUP_OF_FILE, GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
NOBODY = 0xFFFFFFFF
SYSTEMD = [(OWNER, 4, NOBODY), (USER, 4, os.getuid()), (GROUP_OF_FILE, 0, NOBODY), (MASK, 4, NOBODY)]


def key_with(folder: Path, *entries: tuple[int, int, int]) -> Path:
    """Return a key file that others may not read but for an access list."""
    key = folder / "calcom.key"
    key.write_text("cal_test_key\n", encoding="utf-8")
    key.chmod(0o400)
    packed = b"".join(struct.pack("<HHI", *entry) for entry in (*entries, (OTHER, 0, NOBODY)))
    try:
        os.setxattr(key, "system.posix_acl_access", struct.pack("<I", 2) + packed)
    except OSError as error:
        pytest.skip(f"this file system keeps no access lists: {error.strerror}")
    assert key.stat().st_mode & 0o777 == 0o440
    return key


def privacy(cli: Cli, key: Path) -> list[str]:
    """Return what `config check` says about the file."""
    checked = cli("config", "check", "--json", env={"ASKPRO_CALCOM_API_KEY_FILE": str(key)}).json
    return [finding["actual"] for finding in checked["findings"] if finding["code"] == "ENV003"]


def test_a_credential_of_systemd_is_private(cli: Cli, tmp_path: Path) -> None:
    assert privacy(cli, key_with(tmp_path, *SYSTEMD)) == []


@pytest.mark.parametrize(
    "given",
    [
        [(OWNER, 4, NOBODY), (USER, 4, os.getuid() + 1), (GROUP_OF_FILE, 0, NOBODY), (MASK, 4, NOBODY)],
        [(OWNER, 4, NOBODY), (GROUP_OF_FILE, 0, NOBODY), (GROUP, 4, 4711), (MASK, 4, NOBODY)],
        [(OWNER, 4, NOBODY), (USER, 4, os.getuid()), (GROUP_OF_FILE, 4, NOBODY), (MASK, 4, NOBODY)],
    ],
    ids=["another user", "another group", "the file's group"],
)
def test_what_others_were_given_is_found(cli: Cli, tmp_path: Path, given: list[tuple[int, int, int]]) -> None:
    assert privacy(cli, key_with(tmp_path, *given)) == ["mode 440"]


def test_what_is_no_file_and_what_everybody_may_read(tmp_path: Path) -> None:
    assert not others_may_read(tmp_path, tmp_path.stat().st_mode)
    key = tmp_path / "key"
    for mode, found in ((0o600, False), (0o640, True), (0o604, True)):
        key.touch()
        key.chmod(mode)
        assert others_may_read(key, key.stat().st_mode) is found
