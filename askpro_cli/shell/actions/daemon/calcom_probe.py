"""Asks Cal.com, for each company of the settings, whether it answers: for ``/api/health/calcom``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import AskproError, AuthError, StateError
from askpro_cli.base.redaction import mask_text
from askpro_cli.shell import wiring
from askpro_cli.shell.company import Company, all_companies
from askpro_cli.shell.settings.secrets import read_secret

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.platform.transaction_watch import EventLog
    from askpro_cli.resilience.policy import PolicySettings
    from askpro_cli.shell.context import App
    from askpro_cli.state.store import StateStore

_AT_ONCE = 4
_LONGEST_SECONDS = 10.0


class CalcomProbes:
    """A probe of every company's Cal.com, through the same breaker and budget as all other calls.

    Keys are read anew each time. It works in a thread and an event loop of its own, so that nothing of it is
    in the way of what comes in.

    Args:
        app: the program; its settings name the companies.
        state: shared state, in any namespace.
        log: of the daemon.
    """

    def __init__(self, app: App, state: StateStore, log: EventLog) -> None:
        self._app = app
        self._state = state
        self._log = log

    async def __call__(self) -> list[dict[str, Any]]:
        """Return of each company its name, ``status`` (``ok`` or an error's code), ``ms`` and ``breaker``."""
        import asyncio

        return await asyncio.to_thread(lambda: asyncio.run(self._all()))

    async def _all(self) -> list[dict[str, Any]]:
        import asyncio

        gate = asyncio.Semaphore(_AT_ONCE)
        settings = wiring.policy_settings(self._app.settings)

        async def one(company: Company) -> dict[str, Any]:
            async with gate:
                return await self._one(company, settings)

        return list(await asyncio.gather(*map(one, all_companies(self._app.settings))))

    async def _one(self, company: Company, settings: PolicySettings) -> dict[str, Any]:
        found: dict[str, Any] = {"company": company.slug, "server": company.server}
        try:
            key = self._key(company)
            found |= await self._asked(company, key, settings)
            found["breaker"] = self._breaker(company, key, settings)
        except AskproError as error:
            found |= _failed(error)
        return found

    def _key(self, company: Company) -> str:
        key = read_secret(self._app.settings, company.key_setting, self._app.notice)
        if not key:
            raise AuthError(f"company {company.slug} has no Cal.com key", subject=company.key_setting)
        return key

    async def _asked(self, company: Company, key: str, settings: PolicySettings) -> dict[str, Any]:
        import asyncio

        try:
            async with asyncio.timeout(_LONGEST_SECONDS), self._client(company, key, settings) as client:
                answer = await client.me()
        except AskproError as error:
            return _failed(error)
        except TimeoutError:
            detail = f"Cal.com did not answer within {_LONGEST_SECONDS:.0f} s"
            return {"status": "vendor_timeout", "detail": detail}
        return {
            "status": "ok",
            "ms": round(answer.meta.seconds * 1000),
            "budget_left": answer.meta.budget_left,
        }

    def _client(self, company: Company, key: str, settings: PolicySettings) -> CalcomClient:
        from askpro_cli.calcom.client import CalcomClient
        from askpro_cli.calcom.wire.transport import CalcomTransport
        from askpro_cli.resilience.policy import Policy

        own = self._app.settings
        transport = CalcomTransport(
            company.base_url,
            key,
            connect_timeout=own.number("calcom.connect_timeout"),
            timeout=own.number("calcom.timeout"),
            max_answer_bytes=own.integer("calcom.max_answer_bytes"),
            transport=self._app.http_transport,
        )
        policy = Policy(
            self._state.for_namespace(company.slug),
            vendor=wiring.VENDOR,
            key_id=wiring.key_id(company, key),
            settings=settings,
            clock=self._app.clock,
            run_id=self._app.run_id,
            company=company.slug,
            log=self._log,
        )
        return CalcomClient(transport, policy, own.text("calcom.bookings_api_version"))

    def _breaker(self, company: Company, key: str, settings: PolicySettings) -> dict[str, Any] | None:
        """Return how the company's breaker stands; None while the shared state cannot tell."""
        from askpro_cli.resilience.breaker import CircuitBreaker
        from askpro_cli.resilience.metrics import NAMESPACE

        name = f"{wiring.VENDOR}:{wiring.key_id(company, key)}"
        try:
            status = CircuitBreaker(self._state.for_namespace(NAMESPACE), name, settings.breaker).status()
        except StateError:
            return None
        return {
            "state": str(status.state),
            "failures": status.failures,
            "next_trial_in": status.next_trial_in,
        }


def _failed(error: AskproError) -> dict[str, Any]:
    return {"status": error.code, "detail": mask_text(error.message)}
