"""What the program says to its database and to Cal.com, recorded, and said again without the program.

Said again means the same statements with the same values and the same requests, in the same order, by the
driver and by httpx alone, to another database and another sandbox that began alike. Where several processes
do so at once the ids differ: what a step answered then replaces what it had answered before.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import Connection, Engine, event

_SHORTEST_NAME = 8  # ids are made that long where they can differ
_WORD = re.compile(rf"\w{{{_SHORTEST_NAME},}}")
_UID = re.compile(rb'"uid": ?"(\w+)"')
_OWN_HEADERS = {"host", "connection", "content-length", "accept-encoding"}


@dataclass(frozen=True)
class Statement:
    """One statement, and the rows an INSERT or SELECT gave (None: it gives none)."""

    sql: str
    values: Any
    rows: list[Any] | None


@dataclass(frozen=True)
class Commit:
    """The end of a transaction."""


@dataclass(frozen=True)
class Request:
    """One request, and what became of it."""

    request: httpx.Request
    status: int
    uid: str | None


Step = Statement | Commit | Request


@dataclass
class Recording:
    """What was said since it was emptied.

    Args:
        on: whether anything is noted down.
        answers: note the rows of statements as well (PostgreSQL), where ids differ between both.
    """

    steps: list[Step] = field(default_factory=list)
    on: bool = True
    answers: bool = False


class RecordingTransport(httpx.AsyncHTTPTransport):
    """The network, with every request noted down."""

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self._recording = recording

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        answer = await super().handle_async_request(request)
        if self._recording.on:
            await answer.aread()
            self._recording.steps.append(Request(request, answer.status_code, _uid(answer.content)))
        return answer


def record(engine: Engine, recording: Recording) -> None:
    """Note every statement and commit of *engine* while the recording is on."""

    def statement(_: Connection, cursor: Any, sql: str, values: Any, *_more: Any) -> None:
        if recording.on:
            rows = _looked_at(cursor) if recording.answers else None
            recording.steps.append(Statement(sql, values, rows))

    def commit(_: Connection) -> None:
        if recording.on:
            recording.steps.append(Commit())

    event.listen(engine, "after_cursor_execute", statement)
    event.listen(engine, "commit", commit)


def _looked_at(cursor: Any) -> list[Any] | None:
    """Return the rows of a cursor that somebody else reads as well."""
    if cursor.description is None:
        return None
    rows: list[Any] = cursor.fetchall()
    if rows:
        cursor.scroll(0, mode="absolute")
    return rows


@dataclass
class Bare:
    """Says steps again.

    Args:
        connection: of the driver, to the other database.
        client: speaks to the other sandbox, whose root is its base URL.
    """

    connection: Any
    client: httpx.AsyncClient
    names: dict[str, str] = field(default_factory=dict)

    async def say(self, steps: list[Step]) -> float:
        """Say all steps; return the seconds they took together."""
        took = 0.0
        for step in steps:
            match step:
                case Statement():
                    took += self._execute(step)
                case Commit():
                    began = time.perf_counter()
                    self.connection.commit()
                    took += time.perf_counter() - began
                case Request():
                    took += await self._send(step)
        return took

    def _execute(self, step: Statement) -> float:
        values = self._renamed(step.values)
        cursor = self.connection.cursor()
        began = time.perf_counter()
        cursor.execute(step.sql, values)
        rows = cursor.fetchall() if cursor.description else None
        took = time.perf_counter() - began
        cursor.close()
        self._learn(step.rows or [], rows or [])
        return took

    async def _send(self, step: Request) -> float:
        asked = step.request
        headers = {name: value for name, value in asked.headers.items() if name not in _OWN_HEADERS}
        url = self._renamed(asked.url.raw_path.decode())
        content = self._renamed(asked.content.decode())
        began = time.perf_counter()
        answer = await self.client.request(asked.method, url, headers=headers, content=content)
        took = time.perf_counter() - began
        if answer.status_code != step.status:
            message = f"{asked.method} {url}: {answer.status_code} in place of {step.status}: {answer.text}"
            raise SystemExit(message)
        self._learn([[step.uid]], [[_uid(answer.content)]])
        return took

    def _learn(self, before: list[Any], now: list[Any]) -> None:
        """Remember what ids and uids are called here."""
        for old_row, new_row in zip(before, now, strict=False):
            for old, new in zip(old_row, new_row, strict=True):
                if isinstance(old, int | str) and old != new and len(str(old)) >= _SHORTEST_NAME:
                    self.names[str(old)] = str(new)

    def _renamed(self, value: Any) -> Any:
        match value:
            case bool() | None:
                return value
            case int():
                return int(self.names.get(str(value), value))
            case str():
                return _WORD.sub(lambda found: self.names.get(found[0], found[0]), value)
            case dict():
                return {name: self._renamed(one) for name, one in value.items()}
            case tuple() | list():
                return type(value)(self._renamed(one) for one in value)
            case _:
                return value


@contextmanager
def bare_connection(engine: Engine) -> Iterator[Any]:
    """A connection of the driver, set up as the program sets its own up."""
    held = engine.raw_connection()
    try:
        yield held.driver_connection
    finally:
        held.close()


def _uid(content: bytes) -> str | None:
    found = _UID.search(content)
    return found[1].decode() if found else None
