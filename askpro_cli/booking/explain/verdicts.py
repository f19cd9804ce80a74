"""What a rule says about the asked time."""

from __future__ import annotations

from dataclasses import dataclass

PASSES, BLOCKS, UNKNOWN = "passes", "blocks", "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's answer.

    Args:
        rule: its code (``minimum_notice``), stable for scripts.
        verdict: :data:`PASSES`, :data:`BLOCKS` or :data:`UNKNOWN`.
        evidence: what shows it, or why it cannot be known; one sentence without a full stop.
        source: where the evidence comes from.
        proven: shown by what was read; False when it is what is left after all else was excluded, or a
            mere hint.
    """

    rule: str
    verdict: str
    evidence: str
    source: str = ""
    proven: bool = True

    @property
    def blocks(self) -> bool:
        """Tell whether the rule keeps the time from being offered."""
        return self.verdict == BLOCKS

    @property
    def passes(self) -> bool:
        """Tell whether the rule has nothing against the time."""
        return self.verdict == PASSES


def passes(rule: str, evidence: str, source: str = "") -> Verdict:
    """Return that a rule has nothing against the time."""
    return Verdict(rule, PASSES, evidence, source)


def blocks(rule: str, evidence: str, source: str = "", *, proven: bool = True) -> Verdict:
    """Return that a rule keeps the time from being offered."""
    return Verdict(rule, BLOCKS, evidence, source, proven)


def unknown(rule: str, why: str) -> Verdict:
    """Return that a rule could not be checked."""
    return Verdict(rule, UNKNOWN, why)
