"""Lets requests of the API in: by their token, and not too many of them."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from askpro_cli.base.errors import RecordsError
from askpro_cli.platform.api_tokens import Token, find_token, looks_like_token, token_hash
from askpro_cli.platform.records import Records
from askpro_cli.server.access import HEALTH_READ, METRICS_READ
from askpro_cli.server.api.answers import ApiRefusal
from askpro_cli.server.api.limiting import ADDRESS, TOKEN, RateLimiter, address_key

REMEMBERED_SECONDS = 600.0
"""How long a token is still good for monitoring while the database, which knows, cannot be asked."""

MONITORING = frozenset({HEALTH_READ, METRICS_READ})
_MOST_REMEMBERED = 1000
_SCHEME = "bearer "
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="askpro"'}


class Caller(NamedTuple):
    """Who asks.

    Args:
        token: proved by the request.
        remembered: the database could not be asked just now; good for monitoring only.
    """

    token: Token
    remembered: bool = False


class Doorkeeper:
    """Knows tokens by the records, and addresses by their limits; safe for threads, and it blocks.

    Args:
        records: of the platform.
        limiter: counts.
        token_limit: requests a minute with one token.
        address_limit: requests a minute without a good one, by address.
        monotonic: seconds that never run backwards.
    """

    def __init__(
        self,
        records: Records,
        limiter: RateLimiter,
        *,
        token_limit: int,
        address_limit: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._records = records
        self._limiter = limiter
        self._token_limit = token_limit
        self._address_limit = address_limit
        self._monotonic = monotonic
        self._seen: OrderedDict[str, tuple[Token, float]] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, authorization: str | None, client: str | None) -> Caller:
        """Return who asks.

        Args:
            authorization: the header, None without one.
            client: address of the sender.

        Raises:
            ApiRefusal: no good token (401), or asked too often (429).
            RecordsError: the database cannot tell, and nothing is remembered.
        """
        text = bearer(authorization)
        if text is None:
            raise self._stranger(client, "no token" if authorization is None else "not a token of ours")
        key = token_hash(text)
        if key not in self._seen:
            self._refuse_blocked(client)
        caller = self._looked_up(text, key)
        if caller is None:
            raise self._stranger(client, "this token is not known, has expired or was revoked")
        wait = self._limiter.wait_for(TOKEN, str(caller.token.id), self._token_limit)
        if wait:
            refusal = too_many(wait)
            refusal.caller = caller
            raise refusal
        return caller

    def _looked_up(self, text: str, key: str) -> Caller | None:
        try:
            token = self._records.run_in_transaction(
                lambda session: find_token(session, text), context="look up a token"
            )
        except RecordsError:
            found = self._remembered(key)
            if found is None:
                raise
            return Caller(found, remembered=True)
        self._remember(key, token)
        return None if token is None else Caller(token)

    def _remembered(self, key: str) -> Token | None:
        token, seen_at = self._seen.get(key, (None, 0.0))
        return token if self._monotonic() - seen_at < REMEMBERED_SECONDS else None

    def _remember(self, key: str, token: Token | None) -> None:
        with self._lock:
            self._seen.pop(key, None)
            if token is not None:
                self._seen[key] = (token, self._monotonic())
            while len(self._seen) > _MOST_REMEMBERED:
                self._seen.popitem(last=False)

    def _refuse_blocked(self, client: str | None) -> None:
        wait = self._limiter.blocked_for(ADDRESS, address_key(client))
        if wait:
            raise too_many(wait)

    def _stranger(self, client: str | None, why: str) -> ApiRefusal:
        wait = self._limiter.wait_for(ADDRESS, address_key(client), self._address_limit)
        return too_many(wait) if wait else unauthorised(why)


def bearer(authorization: str | None) -> str | None:
    """Return the token of an ``Authorization`` header, None where it has none of our shape."""
    if authorization is None or authorization[: len(_SCHEME)].lower() != _SCHEME:
        return None
    text = authorization[len(_SCHEME) :].strip()
    return text if looks_like_token(text) else None


def unauthorised(why: str) -> ApiRefusal:
    """Return the refusal of somebody without a good token."""
    return ApiRefusal(401, "unauthorised", why, hint="Authorization: Bearer askpro_…", headers=_CHALLENGE)


def too_many(wait: float) -> ApiRefusal:
    """Return the refusal of somebody who asks too often.

    Args:
        wait: seconds until there is room again.
    """
    return ApiRefusal(429, "too_many_requests", "asked too often; wait a little", retry_after=wait)
