"""docs/calcom-errata.yaml: each entry has a source, still fits the vendor's file, and is still needed."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from support.contract.corpus import Day
from support.contract.errata import ERRATA_FILE, Erratum, StaleErratumError, corrected, read_errata
from support.contract.exchange import Exchange
from support.contract.openapi import openapi_contract, read_openapi, translated
from support.contract.rules import Contract, Operation
from support.contract.sources import VARIABLE, openapi_file

ERRATA = read_errata()
SLOTS = ("paths", "/v2/slots", "get", "responses", "200", "content", "application/json", "schema")


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The vendor's file as it is."""
    path = openapi_file()
    if path is None:
        pytest.skip(f"the vendor's OpenAPI is not here: set {VARIABLE}")
    return read_openapi(path)


@pytest.mark.parametrize("erratum", ERRATA, ids=lambda erratum: erratum.id)
def test_every_erratum_says_what_is_wrong_what_is_right_and_how_that_is_known(erratum: Erratum) -> None:
    assert erratum.at[0] in ("paths", "components")
    assert all(len(text) > 3 for text in (erratum.id, erratum.wrong, erratum.right, erratum.source))
    assert erratum.says != erratum.instead


def test_every_erratum_has_a_name_of_its_own() -> None:
    names = [erratum.id for erratum in ERRATA]
    assert len(set(names)) == len(names)


def test_the_file_is_nothing_but_errata() -> None:
    assert set(yaml.safe_load(ERRATA_FILE.read_text(encoding="utf-8"))) == {"errata"}


@pytest.fixture(scope="session")
def kept(document: dict[str, Any], day: Day) -> list[Exchange]:
    """What is said in the day of all requests and keeps the rules with all errata."""
    everything = openapi_contract(corrected(document, ERRATA))
    return [exchange for exchange in day.corpus.exchanges if _fits(everything, exchange)]


@pytest.mark.parametrize("erratum", ERRATA, ids=lambda erratum: erratum.id)
def test_every_erratum_is_still_needed(
    document: dict[str, Any], kept: list[Exchange], erratum: Erratum
) -> None:
    """Without it, something that is said in the day of all requests breaks the vendor's rules."""
    without = openapi_contract(corrected(document, [other for other in ERRATA if other is not erratum]))
    needed = any(not _fits(without, exchange) for exchange in kept)
    assert needed, f"{erratum.id}: no message needs this erratum any more; remove it"


def _fits(contract: Contract, exchange: Exchange) -> bool:
    operation = contract.find(exchange.method, exchange.path, exchange.version)
    return operation is not None and not contract.breaches(exchange, operation, request=True)


def test_the_vendors_own_examples_of_slots_break_its_schema_and_keep_ours(document: dict[str, Any]) -> None:
    said = _at(document, SLOTS)
    examples = [alternative["example"] for alternative in said["oneOf"]]
    assert examples
    for example in examples:
        assert _breaks(said, example)
        assert not _breaks(_at(corrected(document, ERRATA), SLOTS), example)


def _at(document: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        document = document[step]
    return document


def _breaks(schema: dict[str, Any], value: Any) -> bool:
    operation = Operation("GET", "/x", None, {}, frozenset(), None, False, {}, "a test")  # noqa: FBT003
    return bool(list(Contract("a test", [])._judged(operation, "answer", translated(schema), value)))


# --- how a correction is made -----------------------------------------------------------------------------


def erratum(at: str, says: Any, instead: Any) -> Erratum:
    return Erratum("e", tuple(at.split(" ")), "wrong", "right", "source", says, instead)


DOCUMENT: dict[str, Any] = {
    "a": {"x": {"type": "object"}, "y": {"type": "object", "nullable": True}},
    "p": [{"name": "q"}],
}


def test_a_correction_leaves_the_document_itself_alone() -> None:
    made = corrected(DOCUMENT, [erratum("a x", {"type": "object"}, {"type": "number"})])
    assert made["a"]["x"] == {"type": "number"}
    assert DOCUMENT["a"]["x"] == {"type": "object"}


def test_a_correction_of_every_entry_is_for_those_that_say_it() -> None:
    made = corrected(DOCUMENT, [erratum("* x|y", {"nullable": True}, {"type": "text"})])
    assert made["a"] == {"x": {"type": "object"}, "y": {"type": "text"}}


def test_parameters_are_replaced_and_removed_by_their_name() -> None:
    assert corrected(DOCUMENT, [erratum("p q", {"name": "q"}, {"name": "r"})])["p"] == [{"name": "r"}]
    assert corrected(DOCUMENT, [erratum("p q", {"name": "q"}, None)])["p"] == []


def test_what_is_missing_can_be_added_and_what_is_there_removed() -> None:
    assert corrected(DOCUMENT, [erratum("a z", None, {"type": "number"})])["a"]["z"] == {"type": "number"}
    assert "x" not in corrected(DOCUMENT, [erratum("a x", {"type": "object"}, None)])["a"]


@pytest.mark.parametrize("at", ["a z", "b x", "p nobody"])
def test_an_erratum_that_fits_nowhere_is_an_error(at: str) -> None:
    with pytest.raises(StaleErratumError, match="e: nothing at"):
        corrected(DOCUMENT, [erratum(at, {"type": "object"}, {"type": "number"})])


def test_an_erratum_about_what_was_repaired_is_an_error() -> None:
    with pytest.raises(StaleErratumError):
        corrected(DOCUMENT, [erratum("a x", {"type": "number"}, {"type": "text"})])
