"""Which rules this run holds messages to: the vendor's own description when it is there, else ours.

``ASKPRO_TEST_CALCOM_OPENAPI`` names the vendor's OpenAPI file. What that file does not describe (the routes
of older versions) is held to our own words in any case.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from support.contract.errata import corrected, read_errata
from support.contract.exchange import Exchange
from support.contract.openapi import openapi_contract, read_openapi
from support.contract.own import own_contract
from support.contract.refusals import refusal_breaches
from support.contract.rules import Contract, Operation, Violation

VARIABLE = "ASKPRO_TEST_CALCOM_OPENAPI"
EXAMPLES = "ASKPRO_TEST_CALCOM_EXAMPLES"
OWN_EXAMPLES = Path(__file__).resolve().parents[2] / "contract" / "examples"


def openapi_file() -> Path | None:
    """Return the vendor's description; a name that leads nowhere is an error, not a reason to look away."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    path = Path(named)
    assert path.is_file(), f"{VARIABLE} names {named}, which is no file"
    return path


def examples_folder() -> Path:
    """Return the folder of the vendor's documented examples, or of our own."""
    named = os.environ.get(EXAMPLES)
    folder = Path(named) if named else OWN_EXAMPLES
    assert folder.is_dir(), f"{EXAMPLES} names {named}, which is no folder"
    return folder


@dataclass(frozen=True)
class Rules:
    """Contracts in the order they are asked: the first that describes an operation decides."""

    contracts: tuple[Contract, ...]

    @property
    def name(self) -> str:
        return self.contracts[0].name

    def find(self, method: str, path: str, version: str) -> tuple[Contract, Operation] | None:
        """Return who describes a request, and how."""
        for contract in self.contracts:
            operation = contract.find(method, path, version)
            if operation is not None:
                return contract, operation
        return None

    def breaches(self, exchange: Exchange, *, request: bool = True) -> list[Violation]:
        """Return where an exchange breaks a rule; that nobody describes it is one too.

        Args:
            exchange: what was asked and answered.
            request: judge what was asked, not the answer alone.
        """
        found = self.find(exchange.method, exchange.path, exchange.version)
        refusal = [] if exchange.succeeded else refusal_breaches(exchange)
        if found is not None:
            contract, operation = found
            return [*refusal, *contract.breaches(exchange, operation, request=request)]
        if not exchange.succeeded:  # a route that does not exist, refused as such
            return refusal
        what = f"is not described (cal-api-version {exchange.version})"
        return [Violation(exchange.label, "operation", what)]


@cache
def rules() -> Rules:
    """Return the rules of this run."""
    path = openapi_file()
    own = own_contract()
    if path is None:
        return Rules((own,))
    return Rules((openapi_contract(corrected(read_openapi(path), read_errata())), own))


def told() -> str:
    """Return the line that says what this run was held to."""
    own = examples_folder() == OWN_EXAMPLES
    read = f"our own (set {EXAMPLES})" if own else "the vendor's"
    if openapi_file() is None:
        return f"Cal.com contract: own schemas (set {VARIABLE}); examples: {read}"
    return f"Cal.com contract: the vendor's OpenAPI, {rules().name}; examples: {read}"
