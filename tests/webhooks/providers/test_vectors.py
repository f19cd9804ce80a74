"""Known signatures are decided as the vendors' SDKs decided them."""

from __future__ import annotations

import pytest
from support.vectors import Vector, vectors

from askpro_cli.webhooks.arrivals import Secret, Verified
from askpro_cli.webhooks.providers.known import provider_of


@pytest.mark.parametrize("vector", vectors(), ids=str)
def test_a_vector(vector: Vector) -> None:
    secrets = (Secret("right", vector.secret),)
    decided = provider_of(vector.source).verify(
        vector.body, vector.headers, secrets, vector.now_ms, vector.tolerance_ms
    )
    assert isinstance(decided, Verified) == vector.accept


@pytest.mark.parametrize("vector", [one for one in vectors() if one.accept], ids=str)
def test_the_secret_that_matched_is_told_among_several(vector: Vector) -> None:
    others = [Secret("wrong", value) for value in ("", "c29tZXRoaW5nLWVsc2U=", "no base64!")]
    secrets = (*others, Secret("right", vector.secret, company="salon"))
    decided = provider_of(vector.source).verify(
        vector.body, vector.headers, secrets, vector.now_ms, vector.tolerance_ms
    )
    assert decided == Verified("right", "salon")
