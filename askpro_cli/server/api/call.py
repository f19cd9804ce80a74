"""One request of the API on its way to its handler, and what it may ask of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.datastructures import QueryParams
from starlette.responses import Response

from askpro_cli.base.errors import InvalidValueError, NotFoundError
from askpro_cli.base.row_keys import LARGEST_KEY
from askpro_cli.platform.api_tokens import Token
from askpro_cli.server.access import EVENTS_REVEAL
from askpro_cli.server.api.answers import ApiRefusal, json_answer
from askpro_cli.server.api.threads import ApiThreads

if TYPE_CHECKING:
    from askpro_cli.server.api.app import Api
    from askpro_cli.server.api.needs import ApiDaemon

_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no", ""})


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in.

    Args:
        daemon: who answers.
        api: for what it counts itself.
        threads: where what blocks is done.
        token: whose request it is; None only for routes without one.
        params: from the path.
        query: from the query.
        body: of the request, b"" without one.
        correlation_id: of the request.
        wanted_form: of the answer, as the header ``Accept`` says.
    """

    daemon: ApiDaemon
    api: Api
    threads: ApiThreads
    token: Token | None
    params: Mapping[str, str]
    query: QueryParams
    body: bytes
    correlation_id: str
    wanted_form: str = ""

    def answer(
        self, document: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return *document* as this request's answer."""
        return json_answer(document, self.correlation_id, status=status, headers=headers)

    def allows(self, scope: str) -> bool:
        """Tell whether the request's token has *scope*."""
        return self.token is not None and scope in self.token.scopes

    def key(self) -> int:
        """Return the row's key from the path.

        Raises:
            NotFoundError: no row could have it.
        """
        key = whole_number(self.params["id"], low=1, high=LARGEST_KEY)
        if key is None:
            raise NotFoundError("there is nothing with such an id", subject="id")
        return key

    def accept(self, *names: str, several: Collection[str] = ()) -> None:
        """Refuse parameters nobody knows: a mistyped filter would quietly match everything.

        Args:
            names: the parameters the route has.
            several: those of them that may be repeated.

        Raises:
            InvalidValueError: another one is there, or one twice.
        """
        for name in self.query:
            if name not in names:
                hint = f"known: {', '.join(sorted(names)) or 'none'}"
                raise InvalidValueError("there is no such parameter", subject=name, hint=hint)
            if name not in several and len(self.query.getlist(name)) > 1:
                raise InvalidValueError(f"{name} is given twice", subject=name)

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        """Return a whole number of the query.

        Raises:
            InvalidValueError: it is none, or out of bounds.
        """
        text = self.query.get(name)
        if text is None:
            return default
        number = whole_number(text, low=low, high=high)
        if number is None:
            raise InvalidValueError(f"{name} is a whole number from {low} to {high}", subject=name)
        return number

    def flag(self, name: str) -> bool:
        """Return a yes or no of the query; no where it is not given.

        Raises:
            InvalidValueError: it is neither.
        """
        word = self.query.get(name, "").lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
        raise InvalidValueError(f"{name} is true or false", subject=name)

    def reveal(self) -> bool:
        """Return whether people are to be shown unmasked.

        Raises:
            ApiRefusal: that is asked for with a token that may not.
        """
        wanted = self.flag("reveal")
        if wanted and not self.allows(EVENTS_REVEAL):
            raise forbidden(EVENTS_REVEAL)
        return wanted

    def note_revealed(self, kind: str, key: int) -> None:
        """Write into the log whose people were shown unmasked, and to whom."""
        whose = None if self.token is None else self.token.id
        self.daemon.log.event("personal_data_revealed", kind=kind, key=key, token_id=whose)


Handler = Callable[[Call], Response] | Callable[[Call], Awaitable[Response]]
"""Answers a call: a plain function runs in a thread, a coroutine in the event loop."""


def whole_number(text: str, *, low: int, high: int) -> int | None:
    """Return what *text* says in digits if it lies within the bounds, else None."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(high))):
        return None
    return int(text) if low <= int(text) <= high else None


def forbidden(scope: str) -> ApiRefusal:
    """Return the refusal of a token without *scope*."""
    return ApiRefusal(
        403,
        "forbidden",
        f"this token lacks the scope {scope}",
        hint=f"askpro tokens create --scope {scope} …",
        headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
    )
