"""The database's own clock in SQL, so that leases and expiries do not depend on any host's time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class now_ms(FunctionElement[int]):  # noqa: N801 - used and read like a SQL function
    """Milliseconds since 1970-01-01 UTC by the database's clock, at the start of the statement."""

    type = BigInteger()
    inherit_cache = True


@compiles(now_ms)
def _anywhere(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "now_ms()"  # for a statement that is only looked at; no database of ours is asked so


@compiles(now_ms, "sqlite")
def _sqlite(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)"


@compiles(now_ms, "postgresql")
def _postgresql(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000 AS BIGINT)"


@compiles(now_ms, "mysql", "mariadb")
def _mysql(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"
