"""One company at two Cal.coms, the real one and a staging one: neither says anything about the other."""

from __future__ import annotations

import httpx
from support.salon import HAIRCUT, Salon
from support.sandbox import SandboxTransport

from askpro_cli.base.clock import ManualClock
from askpro_cli.sandbox.app import SandboxApp, create_app
from askpro_cli.sandbox.control.faults import ArmedFault, parse_faults
from askpro_cli.sandbox.world.loading import load_world

STAGING = "http://staging.example/v2"


class Forked(httpx.AsyncBaseTransport):
    """Sends what is for the staging server there, all else to the salon."""

    def __init__(self, salon: SandboxApp, staging: SandboxApp) -> None:
        self._salon = SandboxTransport(salon)
        self._staging = SandboxTransport(staging)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        where = self._staging if request.url.host == "staging.example" else self._salon
        return await where.handle_async_request(request)


def with_staging(salon: Salon, clock: ManualClock) -> SandboxApp:
    """Add a staging server with a calendar of its own."""
    staging = create_app(load_world(seed=2), clock=clock)
    salon.cli.http_transport = Forked(salon.sandbox, staging)
    return staging


def at_staging(salon: Salon) -> dict[str, str]:
    """Return the environment that asks the staging server, with the same key."""
    return salon.cli.env | {"ASKPRO_CALCOM_BASE_URL": STAGING}


def test_a_rehearsal_at_staging_changes_nothing_about_the_real_booking(
    salon: Salon, sandbox_clock: ManualClock
) -> None:
    with_staging(salon, sandbox_clock)
    real = salon.book().ok().data["booking"]["uid"]
    everyday = salon.cli.env
    salon.cli.env = at_staging(salon)
    rehearsed = salon.book().ok().data["booking"]["uid"]
    salon.cli.env = everyday
    again = salon.book("--next").ok().data["booking"]["uid"]
    assert rehearsed != real
    assert again == real
    assert salon.standing() == [real]


def test_an_ill_staging_server_opens_no_breaker_of_the_real_one(
    salon: Salon, sandbox_clock: ManualClock
) -> None:
    staging = with_staging(salon, sandbox_clock)
    staging.plan.arm(ArmedFault(one, None, None, None) for one in parse_faults("503"))
    everyday = salon.cli.env
    salon.cli.env = at_staging(salon)
    for _ in range(3):
        salon("availability", HAIRCUT, "--json").exits(5)
    salon.cli.env = everyday
    salon("availability", HAIRCUT, "--json").ok()
    states = {
        row["name"].split(":")[1]: row["state"]
        for row in salon("breaker", "status", "--json").data["breakers"]
    }
    assert states == {"staging.example": "open", "sandbox.example": "closed"}
