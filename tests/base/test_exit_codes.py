from __future__ import annotations

import pytest

from askpro_cli.base.exit_codes import EXPLANATIONS, ExitCode, combine, status_word


@pytest.mark.parametrize(
    ("codes", "winner"),
    [
        ([], 0),
        ([0, 0], 0),
        ([3, 5], 5),
        ([5, 6], 6),
        ([6, 1], 1),
        ([1, 4], 4),
        ([4, 2], 2),
        ([2, 70], 70),
        ([0, 8], 8),
    ],
)
def test_the_gravest_code_wins(codes: list[int], winner: int) -> None:
    assert combine(ExitCode(code) for code in codes) == winner


def test_unknown_first_lets_unknown_win_over_findings() -> None:
    assert combine([ExitCode.FINDINGS, ExitCode.UNKNOWN], unknown_first=True) == ExitCode.UNKNOWN


def test_unknown_first_never_hides_a_usage_error() -> None:
    assert combine([ExitCode.USAGE, ExitCode.UNKNOWN], unknown_first=True) == ExitCode.USAGE


def test_every_code_is_explained_and_has_a_status_word() -> None:
    assert set(EXPLANATIONS) == set(ExitCode)
    assert {status_word(code) for code in ExitCode} == {"ok", "findings", "partial", "unknown", "error"}
