"""Checks of opening hours and of the hours people work. They need the records alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from operator import itemgetter

from askpro_cli.audit.provisioning import codes
from askpro_cli.audit.provisioning.business_hours import WEEKDAYS, Span, read_span, read_week
from askpro_cli.audit.provisioning.case import Case, answered
from askpro_cli.audit.provisioning.facts import StretchFacts
from askpro_cli.base.findings import CheckResult, Finding

_LAST_DAY = len(WEEKDAYS)


def check_hours(case: Case) -> CheckResult:
    """Check that there are hours at all: the branch's opening hours or those of its people."""
    if case.branch.business_hours or case.branch.stretches:
        return answered(codes.HOURS, detail=_counted(case))
    found = case.finding(
        codes.HOURS,
        "opening hours of the branch, or working hours of its people",
        "there are none",
        "add them on the platform",
    )
    return answered(codes.HOURS, found)


def check_days(case: Case) -> CheckResult:
    """Check that some day is open; hours that are missing or cannot be read are told by other checks."""
    week = read_week(case.branch.business_hours)
    shut = bool(case.branch.business_hours) and not week.days and not week.problems
    if not shut:
        return answered(codes.WORKING_DAYS, detail=_counted(case))
    found = case.finding(codes.WORKING_DAYS, "a day that is open", "every day is closed", "open a day")
    return answered(codes.WORKING_DAYS, found)


def check_valid(case: Case) -> CheckResult:
    """Check that every entry can be read and ends after it begins, whatever its shape."""
    found = [
        case.finding(
            codes.HOURS_VALID,
            "hours HH:MM that end after they begin",
            f"{word}: {why}",
            "correct the opening hours",
            about=f"opening hours, {word}",
        )
        for word, why in read_week(case.branch.business_hours).problems
    ]
    found += [
        case.finding(
            codes.HOURS_VALID,
            "hours HH:MM that end after they begin",
            why,
            "correct the working hours",
            about=_whose(stretch),
        )
        for stretch in case.branch.stretches
        if (why := _read(stretch)[1])
    ]
    return answered(codes.HOURS_VALID, *found, detail=_counted(case))


def _read(stretch: StretchFacts) -> tuple[Span | None, str]:
    """Return the stretch in minutes, or why it cannot be read."""
    return read_span(stretch.begin, stretch.end)


def _whose(stretch: StretchFacts) -> str:
    """Name a person by number, a weekday by its name: people's names are nobody's business here."""
    known = 1 <= stretch.weekday <= _LAST_DAY
    day = WEEKDAYS[stretch.weekday - 1] if known else f"weekday {stretch.weekday}"
    return f"staff {stretch.staff_id}, {day}"


def check_weekdays(case: Case) -> CheckResult:
    """Check that weekdays count from 1 to 7: the platform's other column counted from Sunday 0."""
    found = [
        case.finding(
            codes.WEEKDAY,
            "a weekday from 1 Monday to 7 Sunday",
            f"day_of_week is {stretch.weekday}",
            "correct the weekday (Sunday is 7)",
            about=f"staff {stretch.staff_id}",
        )
        for stretch in case.branch.stretches
        if not 1 <= stretch.weekday <= _LAST_DAY
    ]
    return answered(codes.WEEKDAY, *found, detail=_counted(case))


def check_overlaps(case: Case) -> CheckResult:
    """Check that nobody's stretches of one day run into each other; touching ones do not."""
    days: dict[tuple[int, int], list[tuple[Span, StretchFacts]]] = defaultdict(list)
    for stretch in case.branch.stretches:
        span, _ = _read(stretch)
        if span is not None:
            days[stretch.staff_id, stretch.weekday].append((span, stretch))
    found = [finding for day in days.values() for finding in _overlapping(case, day)]
    return answered(codes.OVERLAP, *found, detail=_counted(case))


def _overlapping(case: Case, day: list[tuple[Span, StretchFacts]]) -> Iterator[Finding]:
    """Yield a finding for each stretch that begins before one of those before it is over."""
    longest, *others = sorted(day, key=itemgetter(0))
    for later in others:
        (_, end), first = longest
        (begin, later_end), second = later
        if begin < end:
            yield case.finding(
                codes.OVERLAP,
                "stretches that do not overlap",
                f"{_clock(first)} and {_clock(second)}",
                "correct the working hours",
                about=_whose(first),
            )
        longest = later if later_end > end else longest


def _clock(stretch: StretchFacts) -> str:
    """Return it without seconds, which SQLite writes and the others do not."""
    return f"{stretch.begin[:5]} to {stretch.end[:5]}"


def _counted(case: Case) -> str:
    days = len(read_week(case.branch.business_hours).days)
    return f"days open: {days}, stretches of work: {len(case.branch.stretches)}"
