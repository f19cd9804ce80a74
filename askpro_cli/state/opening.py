"""Choose the store that the settings name and import only that one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from askpro_cli.state.limits import ignore_notice
from askpro_cli.state.store import StateStore

STATE_FILE = "state.db"
"""The name of the SQLite file in the state directory."""


def open_state(
    *,
    redis_url: str | None,
    state_dir: Path,
    namespace: str,
    on_notice: Callable[[str], None] = ignore_notice,
) -> StateStore:
    """Return the store of *namespace*: Redis when a URL is given, else ``state.db`` in *state_dir*.

    Nothing is opened yet: the first call connects, and raises
    :class:`~askpro_cli.base.errors.StateError` when it cannot.

    Args:
        redis_url: ``redis://``, ``rediss://`` or ``unix://``; empty or None means SQLite.
        state_dir: directory of the SQLite file.
        namespace: a company's slug.
        on_notice: told when a damaged state file was moved aside.

    Raises:
        ConfigError: the Redis URL is malformed.
    """
    if redis_url:
        from askpro_cli.state.redis_store import RedisStore

        return RedisStore(redis_url, namespace)
    from askpro_cli.state.sqlite_store import SqliteStore

    return SqliteStore(state_dir / STATE_FILE, namespace, on_notice=on_notice)
