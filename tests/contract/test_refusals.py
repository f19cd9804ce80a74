"""Every refusal the sandbox knows in the vendor's words is one our client understands."""

from __future__ import annotations

import json

import pytest
from support.contract.texts import MODULES, sandbox_texts

from askpro_cli.base.errors import VendorError
from askpro_cli.calcom.wire.errors import error_of, known_texts

TEXTS = sandbox_texts()
JUDGED_BY_STATUS = {
    # Asked wrongly by somebody else's program: ours cannot send that.
    "messages.NO_EVENT_TYPE",
    "messages.NO_ZONE",
    "messages.BAD_STATUS",
    # The status alone says what it is.
    "messages.TOO_MANY",
    "messages.V1_GONE",
    "texts.ABSENCE_FAILED",
    # Too plain a text to build on: of an instant booking that nobody has taken.
    "texts.NO_HOST_YET",
}
STATUSES = (400, 401, 403, 404, 409, 422, 498, 500)
ENDED_BY_A_LIST = ("messages.WRONG_LENGTH", "messages.WRONG_SLOT_LENGTH")


def _judged(name: str, status: int) -> VendorError:
    text = TEXTS[name] + ("30, 60" if name in ENDED_BY_A_LIST else "")
    body = json.dumps({"statusCode": status, "message": text}).encode()
    return error_of(status, body, label="POST /v2/bookings")


@pytest.mark.parametrize("module", MODULES)
def test_the_texts_are_found(module: str) -> None:
    assert sum(name.startswith(f"{module}.") for name in TEXTS) > 20


@pytest.mark.parametrize("name", sorted(set(TEXTS) - JUDGED_BY_STATUS))
def test_every_text_of_the_sandbox_is_recognised(name: str) -> None:
    """With a status that fits: then the error says what it means and what to do."""
    errors = [_judged(name, status) for status in STATUSES]
    recognised = [error for error in errors if "known_as" in error.details]
    assert recognised, f"{name}: {TEXTS[name]!r} is in no line of config/calcom_errors.yaml"
    assert all(error.hint and "{" not in error.message + error.hint for error in recognised)


@pytest.mark.parametrize("name", sorted(JUDGED_BY_STATUS))
def test_what_is_left_to_its_status_is_still_there_and_still_unknown(name: str) -> None:
    assert not any(known.text and known.text.search(TEXTS[name]) for known in known_texts())
