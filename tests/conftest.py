"""Fixtures of the whole suite live in tests/support; this file only names them."""

from __future__ import annotations

pytest_plugins = (
    "support.isolation",
    "support.measuring",
    "support.properties",
    "support.cli",
    "support.databases",
    "support.records",
    "support.working",
    "support.people",
    "support.redis_server",
    "support.stores",
    "support.contract.watching",
    "support.sandbox",
    "support.calcom",
    "support.salon",
    "support.explaining",
    "support.provisioned",
    "support.seeded",
    "support.flow",
    "support.smtp",
    "support.daemon",
    "support.served",
)
