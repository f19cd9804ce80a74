"""Stretches of time as sets: joined where they touch, cut where something is taken."""

from __future__ import annotations

from collections.abc import Iterable

from askpro_cli.base.times import Interval


def joined(spans: Iterable[Interval]) -> list[Interval]:
    """Return *spans* in order, overlapping and touching ones as one."""
    merged: list[Interval] = []
    for span in sorted(spans, key=lambda found: found.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def without(free: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """Return what is left of *free* when *taken* is cut out of it."""
    left = list(free)
    for cut in taken:
        left = [part for span in left for part in _cut(span, cut)]
    return left


def _cut(span: Interval, cut: Interval) -> list[Interval]:
    if not span.overlaps(cut):
        return [span]
    parts = []
    if span.start < cut.start:
        parts.append(Interval(span.start, cut.start))
    if cut.end < span.end:
        parts.append(Interval(cut.end, span.end))
    return parts
