"""Which store the settings name, and what opening the embedded one costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.redis_server import RedisServer, private_redis
from support.services import missing

from askpro_cli.state.opening import STATE_FILE, open_state


@pytest.mark.parametrize("redis_url", [None, ""])
def test_without_a_redis_url_state_is_a_file_in_the_state_directory(
    tmp_path: Path, redis_url: str | None
) -> None:
    store = open_state(redis_url=redis_url, state_dir=tmp_path / "s", namespace="salon")
    assert store.describe() == str(tmp_path / "s" / STATE_FILE)
    assert not (tmp_path / "s").exists(), "nothing is made before the first call"
    store.set("a", b"1")
    store.close()
    assert (tmp_path / "s" / STATE_FILE).exists()


def test_with_a_redis_url_state_is_there(tmp_path: Path, redis_server: RedisServer) -> None:
    store = open_state(redis_url=redis_server.url, state_dir=tmp_path / "s", namespace="salon")
    assert store.now() > 0
    assert store.describe() == redis_server.url
    store.close()
    assert not (tmp_path / "s").exists()


def test_notices_reach_the_caller(tmp_path: Path) -> None:
    notices: list[str] = []
    (tmp_path / STATE_FILE).write_bytes(b"damaged")
    store = open_state(redis_url=None, state_dir=tmp_path, namespace="salon", on_notice=notices.append)
    assert store.get("a") is None
    store.close()
    assert len(notices) == 1


def test_a_cached_read_imports_nothing_heavy(tmp_path: Path) -> None:
    source = (
        "import json, sys\nfrom pathlib import Path\nbefore = set(sys.modules)\n"
        "from askpro_cli.state.opening import open_state\n"
        f"store = open_state(redis_url=None, state_dir=Path({str(tmp_path)!r}), namespace='salon')\n"
        "store.get_entries(['a']); store.close(); print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    heavy = {"redis", "sqlalchemy", "asyncio", "httpx", "logging", "subprocess", "urllib.parse", "random"}
    assert heavy.isdisjoint(json.loads(done.stdout))


@pytest.mark.parametrize(("required", "outcome"), [("1", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_server_skips_with_a_remedy_or_fails_where_it_is_required(
    required: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("ASKPRO_TEST_REQUIRE_SERVICES", required)
        with pytest.raises(outcome, match="is not here: apt-get install"):
            missing("Redis", "apt-get install redis-server")


def test_private_servers_are_apart() -> None:
    with private_redis() as one, private_redis() as two:
        assert one.url != two.url
