"""Tokens in the records: kept as a hash, judged by the database's clock, on every family."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import inspect, select, text

from askpro_cli.base.errors import NotFoundError, RefusedError
from askpro_cli.platform import api_tokens
from askpro_cli.platform.api_requests import Asked, list_requests, prune_requests, write_requests
from askpro_cli.platform.api_tokens import NewToken, Token
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.records import Records

DAY_MS = 86_400_000


def _made(records: Records, name: str = "desk", *, expires_at_ms: int | None = None) -> NewToken:
    return records.run_in_transaction(
        lambda session: api_tokens.create_token(
            session, name=name, scopes=["events:read"], expires_at_ms=expires_at_ms
        )
    )


def _found(records: Records, words: str) -> Token | None:
    return records.run_in_transaction(lambda session: api_tokens.find_token(session, words))


def _now(records: Records) -> int:
    return records.run_in_transaction(lambda session: session.scalar(select(now_ms())) or 0)


def test_a_token_is_found_by_its_text_and_by_nothing_else(platform: Records) -> None:
    made, other = _made(platform), _made(platform, "monitor")
    assert _found(platform, made.text) == made.token
    assert made.token.scopes == ("events:read",)
    for wrong in (
        made.text.upper(),
        made.text[:-1],
        made.text + "0",
        made.token.hint,
        "",
        "askpro_" + "ä" * 40,
    ):
        assert _found(platform, wrong) is None
    assert made.text != other.text


def test_nothing_in_the_database_tells_the_token(platform: Records) -> None:
    made = _made(platform)
    with platform.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f"SELECT * FROM {table}")).all():  # noqa: S608
                assert made.text not in str(row)
                assert made.text[len(made.token.hint) :] not in str(row)


def test_an_end_is_judged_by_the_clock_of_the_database(platform: Records) -> None:
    now = _now(platform)
    ended, lasting = (
        _made(platform, "ended", expires_at_ms=now - 1),
        _made(platform, "lasting", expires_at_ms=now + DAY_MS),
    )
    assert _found(platform, ended.text) is None
    assert _found(platform, lasting.text) is not None
    listed = platform.run_in_transaction(lambda session: api_tokens.list_tokens(session, every=True))
    assert [token.state for token in listed] == ["expired", "active"]
    usable = platform.run_in_transaction(api_tokens.list_tokens)
    assert [token.name for token in usable] == ["lasting"]


def test_a_revoked_token_is_of_no_use_and_its_name_is_spent(platform: Records) -> None:
    made = _made(platform)
    assert platform.run_in_transaction(lambda session: api_tokens.revoke_token(session, "desk"))[1]
    assert _found(platform, made.text) is None
    assert not platform.run_in_transaction(lambda session: api_tokens.revoke_token(session, "desk"))[1]
    with pytest.raises(RefusedError, match="already a token named desk"):
        _made(platform)
    with pytest.raises(NotFoundError, match="no token named till"):
        platform.run_in_transaction(lambda session: api_tokens.revoke_token(session, "till"))


def test_its_last_use_never_goes_back(platform: Records) -> None:
    made = _made(platform)
    for _ in range(2):
        platform.run_in_transaction(lambda session: api_tokens.note_use(session, [made.token.id]))
    used = platform.run_in_transaction(lambda session: api_tokens.named_token(session, "desk")).last_used_ms
    assert used is not None
    assert abs(used - _now(platform)) < 60_000


def _asked(at_ms: int, **more: Any) -> Asked:
    return Asked(at_ms, None, "192.0.2.7", "GET", "/api/v1/events", 200, "0123456789ab")._replace(**more)


def test_the_log_is_read_newest_first_and_by_token(platform: Records) -> None:
    made = _made(platform)
    rows = [_asked(1), _asked(2, token_id=made.token.id), _asked(3, status=401)]
    platform.run_in_transaction(lambda session: write_requests(session, rows))
    everything = platform.run_in_transaction(list_requests)
    assert [(one.asked.at_ms, one.token) for one in everything] == [(3, None), (2, "desk"), (1, None)]
    of_token = platform.run_in_transaction(lambda session: list_requests(session, token_id=made.token.id))
    assert [one.asked for one in of_token] == [rows[1]]
    refused = platform.run_in_transaction(lambda session: list_requests(session, refused=True))
    assert [one.asked.status for one in refused] == [401]


def test_the_log_is_bounded_in_time_and_number(platform: Records) -> None:
    now = _now(platform)
    rows = [_asked(now - 91 * DAY_MS), *[_asked(now - after) for after in range(10, 0, -1)]]
    platform.run_in_transaction(lambda session: write_requests(session, rows))

    def prune() -> int:
        return platform.run_in_transaction(lambda session: prune_requests(session, keep_days=90, most=4))

    assert (prune(), prune(), prune()) == (1, 6, 0)
    left = [one.asked.at_ms for one in platform.run_in_transaction(list_requests)]
    assert left == [now - after for after in range(1, 5)]
    assert all(later > earlier for later, earlier in pairwise(left))
