"""Every route of the sandbox and every method of the client, held to what Cal.com describes."""

from __future__ import annotations

import pytest
from support.contract.corpus import Corpus, Day, client_methods
from support.contract.exchange import Exchange
from support.contract.sessions import SESSIONS, Session
from support.contract.sources import rules

from askpro_cli.sandbox.protocol.routing import Route, Router
from askpro_cli.sandbox.vendor import ROUTES

ROUTER = Router(ROUTES)


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.__name__)
def test_every_session_comes_to_its_end(day: Day, session: Session) -> None:
    assert session.__name__ not in day.broken, day.broken[session.__name__]


def _of(corpus: Corpus, route: Route) -> list[Exchange]:
    return [
        exchange
        for exchange in corpus.exchanges
        if exchange.method == route.method
        and exchange.succeeded
        and ROUTER.find(exchange.method, exchange.path, exchange.version).route is route
    ]


def _name(route: Route) -> str:
    oldest = min(route.versions) if len(route.versions) < len(ROUTER_VERSIONS) else "any"
    return f"{route.method} {route.pattern} {oldest}"


ROUTER_VERSIONS = frozenset(version for route in ROUTES for version in route.versions)


@pytest.mark.parametrize("route", ROUTES, ids=_name)
def test_every_route_answers_as_described(corpus: Corpus, route: Route) -> None:
    found = _of(corpus, route)
    assert found, f"no session in support/contract/sessions.py uses {_name(route)} with success"
    told = {str(breach) for exchange in found for breach in rules().breaches(exchange)}
    assert not told, "\n".join(sorted(told))


@pytest.mark.parametrize("method", client_methods())
def test_every_method_of_the_client_asks_as_described(corpus: Corpus, method: str) -> None:
    found = corpus.by_method.get(method, [])
    assert any(exchange.succeeded for exchange in found), (
        f"no session in support/contract/sessions.py uses client.{method} with success"
    )
    told = {str(breach) for exchange in found for breach in rules().breaches(exchange)}
    assert not told, "\n".join(sorted(told))


def test_every_refusal_of_the_day_has_one_of_the_two_shapes(corpus: Corpus) -> None:
    refusals = [exchange for exchange in corpus.exchanges if not exchange.succeeded]
    assert {400, 401, 404, 409, 422} <= {exchange.status for exchange in refusals}
    told = {str(breach) for exchange in refusals for breach in rules().breaches(exchange)}
    assert not told, "\n".join(sorted(told))
