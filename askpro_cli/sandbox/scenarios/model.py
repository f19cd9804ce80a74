"""What a scenario file describes: a world, how the sandbox behaves, and what happens while it runs.

Field names are those of the data file's kind (camelCase); unknown ones are refused.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from askpro_cli.sandbox.world.model import ApiKey, Part, SeedBooking, SeedWebhook, Team, User
from askpro_cli.sandbox.world.mutations import Mutation, RevokeKey

Seconds = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1)]


class ScenarioWorld(Part, frozen=True):
    """A data file (relative to the scenario; without one the built-in salon) and what is added to it."""

    data: str | None = None
    users: list[User] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    api_keys: list[ApiKey] = field(default_factory=list)
    bookings: list[SeedBooking] = field(default_factory=list)
    webhooks: list[SeedWebhook] = field(default_factory=list)


class ScenarioOptions(Part, frozen=True):
    """What the flags of the same name set; a flag that is given wins."""

    rate_limit: str | None = None
    time_scale: Annotated[float, Meta(ge=1)] | None = None
    latency_ms: Seconds | None = None
    faults: list[str] = field(default_factory=list)
    now: str | None = None
    clock_offset: float | None = None
    seed: int | None = None
    self_hosted: bool = False
    strict_webhook_urls: bool = False


class Requests(Part, frozen=True):
    """So many requests that match; `path` may hold `*`."""

    requests: Count
    method: str | None = None
    path: str | None = None


class Target(Part, frozen=True):
    """Which requests an armed fault strikes, or deliveries of which trigger."""

    method: str | None = None
    path: str | None = None
    trigger: str | None = None


class _Action(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, tag_field="do"):
    """What a step does beside changing the world (see `mutations`)."""


class Arm(_Action, frozen=True, kw_only=True, tag="arm"):
    """Arm a fault, or several separated by commas; `times` null means until cleared."""

    fault: str
    times: Count | None = 1
    match: Target = field(default_factory=Target)


class Disarm(_Action, frozen=True, kw_only=True, tag="disarm"):
    """Disarm every fault that was armed."""


class Advance(_Action, frozen=True, kw_only=True, tag="advance"):
    """Let seconds pass on the sandbox's clock."""

    seconds: Seconds


class CancelBooking(_Action, frozen=True, kw_only=True, tag="cancelBooking"):
    """Cancel a booking from outside, as its host would: by uid, or the first or last one still to come."""

    booking: str
    reason: str = "storniert"


Action = Mutation | Arm | Disarm | Advance | CancelBooking


class Step(Part, frozen=True):
    """Actions, once: `after` so many requests were answered, or `at` so many seconds after the start."""

    actions: Annotated[list[Action], Meta(min_length=1)]
    after: Requests | None = None
    at: Seconds | str | None = None

    @property
    def seconds(self) -> float | None:
        """Seconds from the start, which may be written as `+30`; ValueError when it is no number."""
        return None if self.at is None else float(self.at)

    def with_key(self, old: Collection[str], new: str) -> Step:
        """Return the step with the key *new* where it revokes one of *old*."""
        actions = [
            replace(action, key=new) if isinstance(action, RevokeKey) and action.key in old else action
            for action in self.actions
        ]
        return replace(self, actions=actions)


class Scenario(Part, frozen=True):
    """The whole file."""

    title: str
    description: str = ""
    world: ScenarioWorld = field(default_factory=ScenarioWorld)
    options: ScenarioOptions = field(default_factory=ScenarioOptions)
    steps: list[Step] = field(default_factory=list)
