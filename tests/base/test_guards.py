from __future__ import annotations

import asyncio

import pytest

from askpro_cli.base.guards import assert_network_allowed, forbid_network


def test_the_network_is_forbidden_only_inside_the_block() -> None:
    assert_network_allowed("calcom me.get")
    with forbid_network("the transaction 'claim'"):
        with pytest.raises(RuntimeError, match=r"me\.get.*claim"):
            assert_network_allowed("calcom me.get")
        with forbid_network("an inner one"), pytest.raises(RuntimeError, match="inner"):
            assert_network_allowed("calcom me.get")
    assert_network_allowed("calcom me.get")


def test_a_block_that_fails_lifts_the_ban() -> None:
    with pytest.raises(KeyError), forbid_network("the transaction 'claim'"):
        raise KeyError
    assert_network_allowed("calcom me.get")


@pytest.mark.anyio
async def test_the_ban_follows_into_a_thread_and_not_into_other_tasks() -> None:
    with forbid_network("the transaction 'claim'"), pytest.raises(RuntimeError):
        await asyncio.to_thread(assert_network_allowed, "calcom me.get")
    entered, checked = asyncio.Event(), asyncio.Event()

    async def transaction() -> None:
        with forbid_network("the transaction 'claim'"):
            entered.set()
            await checked.wait()

    task = asyncio.create_task(transaction())
    await entered.wait()
    assert_network_allowed("calcom me.get")
    checked.set()
    await task
