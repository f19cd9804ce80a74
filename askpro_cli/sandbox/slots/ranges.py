"""Half-open intervals of epoch seconds, as sorted lists that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable

Range = tuple[int, int]


def merge(ranges: Iterable[Range]) -> list[Range]:
    """Return *ranges* sorted, touching and overlapping ones joined, empty ones dropped."""
    merged: list[Range] = []
    for start, end in sorted(found for found in ranges if found[0] < found[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def subtract(free: list[Range], busy: list[Range]) -> list[Range]:
    """Return the parts of *free* outside *busy*; both merged."""
    left: list[Range] = []
    for range_ in free:
        left.extend(_cut(range_, busy))
    return left


def _cut(range_: Range, busy: list[Range]) -> list[Range]:
    start, end = range_
    left: list[Range] = []
    for taken_start, taken_end in busy:
        if taken_end <= start:
            continue
        if taken_start >= end:
            break
        if taken_start > start:
            left.append((start, taken_start))
        start = max(start, taken_end)
    if start < end:
        left.append((start, end))
    return left


def intersect(first: list[Range], second: list[Range]) -> list[Range]:
    """Return what lies in both; both merged."""
    common = [
        (max(a_start, b_start), min(a_end, b_end)) for a_start, a_end in first for b_start, b_end in second
    ]
    return merge(common)


def covers(ranges: list[Range], start: int, end: int) -> bool:
    """Tell whether one of *ranges* holds all of [*start*, *end*)."""
    return any(range_start <= start and end <= range_end for range_start, range_end in ranges)
