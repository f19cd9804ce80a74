"""What the after-commit effects of webhook events work with."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from askpro_cli.booking.effects import Tools
    from askpro_cli.calcom.cache import CalcomCache
    from askpro_cli.state.store import StateStore


def make_tools(store: StateStore) -> Tools:
    """Return the tools of effects; each company's cache lies in its own namespace of the shared state.

    They only forget, which needs neither a company's key nor its zone nor its server.

    Args:
        store: the shared state, of any namespace; the caller closes it.
    """
    from askpro_cli.booking.effects import Tools

    def cache_of(slug: str) -> CalcomCache:
        from askpro_cli.calcom.cache import CacheTtls, CalcomCache  # 2 MB, which the first booking needs

        return CalcomCache(store.for_namespace(slug), CacheTtls(), ZoneInfo("UTC"))

    return Tools(cache_of)
