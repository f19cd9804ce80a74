"""``/webhooks/…``: verified, kept, and only then acknowledged. Plain ASGI, for it is the hot path.

A request costs one task, which uvicorn makes: no timer, no line of log, an answer made in advance.
"""

from __future__ import annotations

import asyncio
from time import perf_counter

from starlette.types import Receive, Scope, Send

from askpro_cli.base.errors import AskproError, IntakeFullError, IntakeUnavailableError
from askpro_cli.base.runlog import new_run_id
from askpro_cli.server import answers
from askpro_cli.server.answers import Answer
from askpro_cli.server.bodies import (
    BodyTooLargeError,
    Budget,
    MemoryFullError,
    SenderGoneError,
    Share,
    read_body,
)
from askpro_cli.server.daemon import Daemon
from askpro_cli.server.media import read_media, refused_media
from askpro_cli.server.protocol import RAW_HEADERS
from askpro_cli.webhooks.arrivals import Admitted, Arrival, Cause, Refusal
from askpro_cli.webhooks.providers.admission import admit

PREFIX = "/webhooks/"
INBOUND_PATH = "/webhooks/retell/inbound"
_NO_ROUTE = Refusal(Cause.UNKNOWN_ROUTE, "no source has this path")


class Door:
    """Where one source comes in.

    Attributes:
        source: who sends; None: nobody we know.
        successes: its good answers.
        inbound: it asks how to take a call, and is answered before the event is kept.
        busy: its requests at this moment.
    """

    __slots__ = ("busy", "inbound", "source", "successes")

    def __init__(self, source: str | None, *, inbound: bool = False) -> None:
        self.source = source
        self.successes = answers.successes_of(source or "")
        self.inbound = inbound
        self.busy = 0


class _BusyError(Exception):
    """The source has as many requests under way as it may."""


class Intake:
    """The ASGI application of the signed routes.

    Args:
        daemon: whose inbox, secrets and counters these are.
    """

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._inbox = daemon.inbox
        self._limits = daemon.options.limits
        self._counters = daemon.counters
        self._logs = daemon.options.log_answers
        self._tolerance_ms = round(self._limits.tolerance * 1000)
        self._doors = {PREFIX + vendor: Door(vendor) for vendor in answers.SUCCESS}
        self._doors[INBOUND_PATH] = Door("retell", inbound=True)
        self._nowhere = Door(None)
        self._budget = Budget(self._limits.max_buffered_bytes)
        self._keeping: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun = perf_counter()
        correlation_id = new_run_id()
        door = self._doors.get(scope["path"]) or self._open(scope["path"])
        retry_after: float | None = None
        try:
            answer = await self._enter(door, scope, receive, correlation_id)
        except SenderGoneError:
            self._counters.answers[door.source or "", "gone"] += 1
            return
        except (IntakeFullError, IntakeUnavailableError) as error:
            answer = answers.FULL if isinstance(error, IntakeFullError) else answers.UNAVAILABLE
            retry_after = error.retry_after
        except (_BusyError, MemoryFullError):
            answer = answers.BUSY
        except Exception as error:  # noqa: BLE001 - the boundary of a request
            answer = answers.BUG
            self._tell_bug(error, correlation_id)
        self._counters.answers[door.source or "", answer.outcome] += 1
        took = perf_counter() - begun
        self._counters.intake.add(took)
        if self._logs:
            self._tell_answer(door, answer, correlation_id, took)
        retry_after = retry_after or answers.RETRY_AFTER.get(answer.outcome)
        await answer.send(scope, send, correlation_id, retry_after)

    async def settle(self) -> None:
        """Wait for the events that are kept after their answer."""
        if self._keeping:
            await asyncio.wait(self._keeping)

    def _open(self, path: str) -> Door:
        """Return the door of a configured sender that was not asked for before."""
        source = path.removeprefix(PREFIX)
        if source not in self._daemon.secrets.sources():
            return self._nowhere
        return self._doors.setdefault(path, Door(source))

    async def _enter(self, door: Door, scope: Scope, receive: Receive, correlation_id: str) -> Answer:
        media = read_media(scope["headers"])
        if scope["method"] != "POST":
            refusal: Refusal | None = Refusal(Cause.WRONG_METHOD, f"{scope['method']} instead of POST")
        elif media.size > self._limits.max_body_bytes:
            refusal = self._too_large(f"{media.size}")
        else:
            refusal = refused_media(media)
        if refusal is not None:
            return self._refuse(self._arrival(door, scope, b"", correlation_id), refusal, body_known=False)
        if door.busy >= self._limits.concurrency:
            raise _BusyError
        door.busy += 1
        share = Share(self._budget)
        try:
            body = await read_body(receive, self._limits.max_body_bytes, share)
            return await self._take(door, self._arrival(door, scope, body, correlation_id))
        except BodyTooLargeError:
            arrival = self._arrival(door, scope, b"", correlation_id)
            return self._refuse(arrival, self._too_large("more"), body_known=False)
        finally:
            share.give_back()
            door.busy -= 1

    def _too_large(self, size: str) -> Refusal:
        return Refusal(Cause.TOO_LARGE, f"{size} bytes, let in are {self._limits.max_body_bytes}")

    async def _take(self, door: Door, arrival: Arrival) -> Answer:
        """Verify, keep and say so."""
        if door.source is None:
            return self._refuse(arrival, _NO_ROUTE)
        secrets = self._daemon.secrets.of(door.source)
        found = admit(arrival, secrets, arrival.received_ms, self._tolerance_ms)
        if door.inbound:
            return self._inbound(arrival, found)
        if isinstance(found, Refusal):
            return self._refuse(arrival, found)
        stored = await self._inbox.keep(found)
        if not stored.duplicate:
            return door.successes.accepted
        return door.successes.conflict if stored.conflict else door.successes.duplicate

    def _refuse(self, arrival: Arrival, refusal: Refusal, *, body_known: bool = True) -> Answer:
        self._inbox.reject(arrival, refusal, body_known=body_known)
        return answers.REFUSALS[refusal.cause]

    def _inbound(self, arrival: Arrival, found: Admitted | Refusal) -> Answer:
        """Answer at once, for somebody hears it ring; keep the event without letting him wait.

        A signed body that looks like no event is answered as well: the call goes on.
        """
        if isinstance(found, Admitted):
            task = asyncio.get_running_loop().create_task(self._keep_later(found))
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)
            return answers.INBOUND
        refused = self._refuse(arrival, found)
        return answers.INBOUND if found.cause is Cause.NOT_AN_EVENT else refused

    async def _keep_later(self, admitted: Admitted) -> None:
        try:
            await self._inbox.keep(admitted)
        except AskproError as error:
            told = admitted.arrival.correlation_id
            self._daemon.log.event(
                "intake.inbound_not_kept", level="warning", correlation_id=told, code=error.code
            )

    def _arrival(self, door: Door, scope: Scope, body: bytes, correlation_id: str) -> Arrival:
        client = scope["client"]
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        if scope["query_string"]:
            path = path + b"?" + scope["query_string"]
        return Arrival(
            door.source or "",
            body,
            scope.get(RAW_HEADERS) or scope["headers"],
            path.decode("latin-1"),
            client[0] if client else None,
            self._daemon.now_ms(),
            correlation_id,
            scope["method"],
        )

    def _tell_answer(self, door: Door, answer: Answer, correlation_id: str, took: float) -> None:
        self._daemon.log.event(
            "intake.answered",
            level="debug",
            source=door.source,
            outcome=answer.outcome,
            status=answer.status,
            ms=round(took * 1000, 1),
            correlation_id=correlation_id,
        )

    def _tell_bug(self, error: Exception, correlation_id: str) -> None:
        """Log where it happened; its message might hold what a sender sent."""
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else None
        log = self._daemon.log
        log.event(
            "intake.bug",
            level="error",
            error=type(error).__name__,
            where=where,
            correlation_id=correlation_id,
        )
