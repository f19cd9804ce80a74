"""Who calls: the vendor's guards and their 401 texts.

The throttler runs first and refuses an unknown `cal_` key everywhere, also on public endpoints. Then an
endpoint needs a key, takes one (and still refuses a bad one), or does not look.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError
from askpro_cli.sandbox.world.model import ApiKey, User
from askpro_cli.sandbox.world.world import World

_KEY_PREFIX = "cal_"
_TOKEN_EXPIRED = 498


class Access(Enum):
    """What an endpoint asks of its caller."""

    KEY = auto()
    OPTIONAL = auto()
    NONE = auto()


class Credentials:
    """The keys of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _keys(self) -> dict[str, ApiKey]:
        return self._world.api_keys

    def budget_name(self, token: str | None, address: str) -> str:
        """Return whose budget a request uses: a known key's, else the address's."""
        return f"key:{token}" if token in self._keys else f"ip:{address}"

    def check_known(self, token: str | None) -> None:
        """Refuse an unknown API key, as the throttler does on every endpoint."""
        if token is not None and token.startswith(_KEY_PREFIX) and token not in self._keys:
            raise ApiError(401, messages.UNKNOWN_KEY)

    def caller(self, token: str | None, access: Access) -> User | None:
        """Return who calls, None for nobody; raises the 401 of the vendor's strategy."""
        if access is Access.NONE:
            return None
        if token is None:
            if access is Access.KEY:
                raise ApiError(401, messages.NO_CREDENTIALS)
            return None
        key = self._keys.get(token)
        if key is None:
            raise ApiError(401, messages.BAD_TOKEN)
        if key.state != "valid":
            raise _unusable(key)
        return self._world.users_by_name[key.user]


def _unusable(key: ApiKey) -> ApiError:
    if key.state == "revoked":
        return ApiError(401, messages.REVOKED_KEY if key.key.startswith(_KEY_PREFIX) else messages.BAD_TOKEN)
    if key.key.startswith(_KEY_PREFIX):
        return ApiError(401, messages.EXPIRED_KEY)
    return ApiError(_TOKEN_EXPIRED, messages.EXPIRED_TOKEN, code=messages.EXPIRED_TOKEN, details=None)


def bearer(headers: Mapping[str, str]) -> str | None:
    """Return the token of an `Authorization: Bearer …` header, None without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
