"""What must happen after a handled event is committed: cached free times are forgotten."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from askpro_cli.webhooks.handling import Effect

if TYPE_CHECKING:
    from askpro_cli.calcom.cache import CalcomCache

FORGET_SLOTS = "calcom.forget_slots"
_HOSTS = "hosts"


@dataclass(frozen=True, slots=True)
class Tools:
    """What effects work with; the program makes it (``shell/actions/daemon/effect_tools.py``).

    Args:
        cache_of: the cache of Cal.com's answers of the company with this slug; called from any thread.
    """

    cache_of: Callable[[str], CalcomCache]


def forgetting(company: str, host_ids: Collection[int]) -> Effect:
    """Return the effect that forgets the cached slots of hosts; without any, those of the whole company.

    Args:
        company: slug.
        host_ids: user ids at Cal.com.
    """
    return Effect(FORGET_SLOTS, company, {_HOSTS: sorted(set(host_ids))})


def forget_slots(effect: Effect, tools: Any) -> None:
    """Forget cached free times; doing so again costs one more question to Cal.com and harms nothing.

    Args:
        effect: of :func:`forgetting`.
        tools: a :class:`Tools`.

    Raises:
        StateError: the state cannot be used; the effect must be tried again.
    """
    if effect.company is None:
        return
    made: Tools = tools
    made.cache_of(effect.company).forget_hosts(list(effect.payload.get(_HOSTS, ())))
