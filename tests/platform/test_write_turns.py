"""Who waits for an answer writes before those who come after, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from support.waiting import eventually

from askpro_cli.platform import write_turns
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.write_turns import WriteTurns, turns_of


def thread(work: Callable[[], None]) -> threading.Thread:
    started = threading.Thread(target=work, daemon=True)
    started.start()
    return started


def test_who_goes_first_overtakes_who_waits_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_turns, "PATIENCE", 60.0)
    monkeypatch.setattr(write_turns, "LONGEST_WAIT", 60.0)
    turns, order = WriteTurns(), list[str]()

    def write(name: str) -> None:
        with turns.first() if name == "intake" else turns.after():
            order.append(name)

    with turns.first():
        threads = [thread(lambda: write("worker"))]
        threads.append(thread(lambda: write("intake")))
        eventually(lambda: turns.wanted)
    for one in threads:
        one.join(60)
    assert order == ["intake", "worker"]


def test_a_turn_that_never_ends_keeps_nobody_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_turns, "LONGEST_WAIT", 0.05)
    turns = WriteTurns()
    with turns.after():
        written: list[str] = []
        thread(lambda: _write(turns, written)).join(60)
        assert written == ["intake"]
    with turns.first():
        pass


def _write(turns: WriteTurns, written: list[str]) -> None:
    with turns.first():
        written.append("intake")


def test_all_engines_over_one_file_share_its_turns_and_servers_have_none(platform_url: str) -> None:
    one, other = open_engine(platform_url), open_engine(platform_url)
    assert turns_of(one) is turns_of(other)
    if one.dialect.name != "sqlite":
        with turns_of(one).first(), turns_of(one).first(), turns_of(one).after():
            assert not turns_of(one).wanted
    one.dispose()
    other.dispose()
