"""The API: everything the daemon answers but its senders."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Mapping
from functools import partial
from typing import cast
from urllib.parse import unquote

from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from askpro_cli.base.errors import AskproError
from askpro_cli.base.redaction import mask_text
from askpro_cli.base.runlog import new_run_id
from askpro_cli.platform.api_requests import LONGEST_PATH, Asked
from askpro_cli.server.access import METRICS_PATH, Access, Route, api_routes
from askpro_cli.server.api.answers import ApiRefusal, bug_answer, error_answer, refusal_answer
from askpro_cli.server.api.bodies import read_body
from askpro_cli.server.api.calcom_health import CalcomProbe
from askpro_cli.server.api.call import Call, Handler, forbidden
from askpro_cli.server.api.doorkeeper import MONITORING, Caller, Doorkeeper
from askpro_cli.server.api.handlers import HANDLERS
from askpro_cli.server.api.limiting import open_limiter, shown_address
from askpro_cli.server.api.needs import ApiDaemon, ApiOptions
from askpro_cli.server.api.request_log import RequestLog
from askpro_cli.server.api.routing import Found, Routing
from askpro_cli.server.api.threads import ApiThreads

_QUIET_SCOPES = MONITORING
"""Monitors ask every few seconds; only what they were refused is worth a row."""


class Api:
    """An ASGI application for HTTP; :meth:`close` belongs to the end of the daemon.

    Args:
        daemon: who answers.
        options: its numbers.
        handlers: by the names of the routes.
    """

    def __init__(self, daemon: ApiDaemon, options: ApiOptions, handlers: Mapping[str, Handler]) -> None:
        self._daemon = daemon
        self.options = options
        self._open_metrics = options.metrics == "open"
        routes = [route for route in api_routes() if options.metrics != "off" or route.path != METRICS_PATH]
        self._routing = Routing(routes, handlers)
        self._threads = ApiThreads()
        self.limiter = open_limiter(daemon.state, options.redis_url)
        self._doorkeeper = Doorkeeper(
            daemon.records,
            self.limiter,
            token_limit=options.token_limit,
            address_limit=options.address_limit,
        )
        probe = daemon.calcom_health
        self.calcom = None if probe is None else CalcomProbe(probe, daemon.clock)
        self.request_log = RequestLog(daemon.records, daemon.log, keep_days=options.audit_keep_days)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        correlation_id = new_run_id()
        path, method = scope["path"], scope["method"]
        found = self._routing.find(method, path)
        caller: Caller | None = None
        try:
            if not self._is_public(found) or path == "/readyz":
                caller = await self._admit(scope, public=self._is_public(found))
            response = await self._answer(found, caller, scope, receive, correlation_id)
        except ApiRefusal as refusal:
            caller = caller or refusal.caller
            response = refusal_answer(refusal, correlation_id)
        except AskproError as error:
            response = self._failed(error, correlation_id)
        except Exception as error:  # noqa: BLE001 - the boundary of a request, as the shell's is of a run
            response = self._broken(error, correlation_id)
        self._note(scope, found, caller, response.status_code, correlation_id)
        await response(scope, receive, send)

    def start(self) -> None:
        """Begin to write the log of requests."""
        self.request_log.start()

    def close(self, seconds: float = 2.0) -> None:
        """Write what is left of the log of requests, for at most *seconds*, and end; blocks."""
        self._threads.close()
        self.request_log.close(seconds)

    def _is_public(self, found: Found | None) -> bool:
        if found is None:
            return False
        return found.route.access is Access.PUBLIC or (
            found.route.access is Access.SETTING and self._open_metrics
        )

    async def _admit(self, scope: Scope, *, public: bool) -> Caller | None:
        """Return who asks; on a public route anybody may, with a bad token as without one."""
        authorization = Headers(scope=scope).get("authorization")
        if public and authorization is None:
            return None
        work = partial(self._doorkeeper.admit, authorization, _client(scope))
        try:
            return await self._threads.run(work)
        except (ApiRefusal, AskproError):
            if public:
                return None
            raise

    async def _answer(
        self, found: Found | None, caller: Caller | None, scope: Scope, receive: Receive, correlation_id: str
    ) -> Response:
        if found is None:
            raise self._routing.refusal(scope["path"])
        if not self._is_public(found):
            _check_scope(found.route, cast("Caller", caller))
        body = b""
        if scope["method"] == "POST":
            body = await read_body(Headers(scope=scope), receive)
        call = Call(
            daemon=self._daemon,
            api=self,
            threads=self._threads,
            token=None if caller is None else caller.token,
            params=found.params,
            query=QueryParams(scope["query_string"]),
            body=body,
            correlation_id=correlation_id,
            wanted_form=Headers(scope=scope).get("accept", ""),
        )
        if inspect.iscoroutinefunction(found.handler):
            return cast("Response", await found.handler(call))
        return cast("Response", await self._threads.run(partial(found.handler, call)))

    def _failed(self, error: AskproError, correlation_id: str) -> Response:
        response = error_answer(error, correlation_id)
        if response.status_code == 500:  # noqa: PLR2004
            return self._broken(error, correlation_id)
        return response

    def _broken(self, error: Exception, correlation_id: str) -> Response:
        """Log a mistake of ours by its place; its text may quote what nobody may see."""
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{frame.filename}:{frame.lineno}" for frame in frames[-8:]]
        self._daemon.log.event(
            "api.bug", level="error", error=type(error).__name__, where=where, correlation_id=correlation_id
        )
        return bug_answer(correlation_id)

    def _note(
        self, scope: Scope, found: Found | None, caller: Caller | None, status: int, correlation_id: str
    ) -> None:
        """Have the request written down; of what monitors ask only the token's use."""
        if caller is None and self._is_public(found):
            return
        asked = Asked(
            at_ms=round(self._daemon.clock.now().timestamp() * 1000),
            token_id=None if caller is None else caller.token.id,
            client=shown_address(_client(scope)),
            method=scope["method"][:10],
            path=_shown_path(scope),
            status=status,
            correlation_id=correlation_id,
        )
        monitored = found is not None and (self._is_public(found) or found.route.scope in _QUIET_SCOPES)
        self.request_log.add(asked, only_use=monitored and status < 400)  # noqa: PLR2004


def create_api(daemon: ApiDaemon, options: ApiOptions | None = None) -> Api:
    """Return the API of *daemon*: ``/healthz``, ``/readyz``, ``/metrics``, ``/api/…``; all else is refused.

    Without a token only ``/healthz`` and ``/readyz`` are answered (and ``/metrics`` where the settings open
    it); any other path gets 401, also one that does not exist.
    """
    return Api(daemon, options or ApiOptions(), HANDLERS)


def _check_scope(route: Route, caller: Caller) -> None:
    """Refuse a token without the route's scope, and one that is only remembered.

    Raises:
        ApiRefusal: 403, or 503 while the database cannot tell whether the token is still good.
    """
    if route.scope is not None and route.scope not in caller.token.scopes:
        raise forbidden(route.scope)
    if caller.remembered and route.scope not in MONITORING:
        message = "the records cannot be asked whether this token is still good"
        raise ApiRefusal(503, "records_unavailable", message, retry_after=5)


def _client(scope: Scope) -> str | None:
    client = scope.get("client")
    return None if not client else str(client[0])


def _shown_path(scope: Scope) -> str:
    """Return path and query as they are logged: people masked, nothing a database would refuse."""
    raw = scope.get("raw_path") or scope["path"].encode()
    words = b"?".join(filter(None, (raw, scope["query_string"]))).decode("utf-8", "replace")
    shown = "".join(char if char.isprintable() else "?" for char in mask_text(unquote(words)))
    return shown[:LONGEST_PATH]
