from __future__ import annotations

import pytest

from askpro_cli.base.errors import (
    AskproError,
    BudgetError,
    VendorServerError,
    VendorUnreachableError,
    VendorValidationError,
)
from askpro_cli.resilience.shared_errors import pack, unpack


@pytest.mark.parametrize(
    "error",
    [
        VendorServerError("calcom answered 503", status=503, request_id="r1", retry_after=2.5),
        VendorUnreachableError("reset", sent=True, retryable=False),
        VendorValidationError("no", status=400, field_errors={"start": "too late"}, hint="later"),
        BudgetError("wait", retry_after=30.0, details={"limit": 120}),
    ],
)
def test_an_error_arrives_in_another_process_as_it_was(error: AskproError) -> None:
    arrived = unpack(pack(error))
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff",
        b"{}",
        b'{"kind": "Mapping", "message": "x", "attributes": {}}',
        b'{"kind": "ExitCode", "message": "x", "attributes": {}}',
        b'{"kind": "NoSuchError", "message": "x", "attributes": {}}',
    ],
)
def test_bytes_that_are_no_error_of_ours_are_none(raw: bytes) -> None:
    assert unpack(raw) is None
