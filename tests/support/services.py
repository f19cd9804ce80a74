"""Servers the suite uses when they are there; with ASKPRO_TEST_REQUIRE_SERVICES=1 they must be."""

from __future__ import annotations

import os
import socket
from typing import NoReturn

import pytest


def required() -> bool:
    """Tell whether a missing server is a failure (as on a build machine) instead of a skipped test."""
    return os.environ.get("ASKPRO_TEST_REQUIRE_SERVICES") == "1"


def missing(what: str, remedy: str) -> NoReturn:
    """Skip the test, or fail it where servers are required, and say how to get the server."""
    sentence = f"{what} is not here: {remedy}"
    if required():
        pytest.fail(sentence)
    pytest.skip(sentence)


def free_port() -> int:
    """Return a TCP port of this machine that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
