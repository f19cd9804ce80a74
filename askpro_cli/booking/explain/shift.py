"""The zone bug: the asked instant is not offered, and the one a zone's offset away is.

Two mistakes make it. *UTC read as local*: the vendor answered 08:00Z, somebody took the text "08:00" for the
company's clock and asks for 08:00 there. *Local written as UTC*: 08:00 of the company's clock was sent as
08:00Z. Both are undone here on the texts themselves, so the offset is that of the right instant also on the
days when the clocks change; on those days the day's other offset is tried too, after the exact ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from askpro_cli.base.times import day_bounds, local_day

UTC_READ_AS_LOCAL = "utc_read_as_local"
LOCAL_WRITTEN_AS_UTC = "local_written_as_utc"


@dataclass(frozen=True, slots=True)
class Shift:
    """The instant that was meant, if the asked one came of a zone bug.

    Args:
        meant: UTC.
        asked: UTC.
        direction: :data:`UTC_READ_AS_LOCAL` or :data:`LOCAL_WRITTEN_AS_UTC`.
        zone: whose offset lies between the two.
    """

    meant: datetime
    asked: datetime
    direction: str
    zone: ZoneInfo

    @property
    def minutes(self) -> int:
        """Return how much later the offered instant is, negative when it is earlier."""
        return int((self.meant - self.asked).total_seconds() // 60)

    @property
    def is_exact(self) -> bool:
        """Tell whether the texts agree; else the day's other offset lies between the two instants."""
        if self.direction == UTC_READ_AS_LOCAL:
            return self.asked.astimezone(self.zone).replace(tzinfo=UTC) == self.meant
        return self.meant.astimezone(self.zone).replace(tzinfo=UTC) == self.asked


def find_shift(
    asked: datetime, zones: Iterable[ZoneInfo], is_offered: Callable[[datetime], bool]
) -> Shift | None:
    """Return the first zone bug that leads from *asked* to an offered instant, None when none does.

    Args:
        asked: UTC.
        zones: to try, the likeliest first.
        is_offered: tells whether an instant is offered.
    """
    return next((found for found in shifts(asked, zones) if is_offered(found.meant)), None)


def shifts(asked: datetime, zones: Iterable[ZoneInfo]) -> Iterator[Shift]:
    """Yield what may have been meant, each instant once."""
    seen = {asked}
    for shift in _all_shifts(asked, list({zone.key: zone for zone in zones}.values())):
        if shift.meant not in seen:
            seen.add(shift.meant)
            yield shift


def _all_shifts(asked: datetime, zones: list[ZoneInfo]) -> Iterator[Shift]:
    for zone in zones:
        yield Shift(asked.astimezone(zone).replace(tzinfo=UTC), asked, UTC_READ_AS_LOCAL, zone)
        for meant in _instants_showing(asked.replace(tzinfo=None), zone):
            yield Shift(meant, asked, LOCAL_WRITTEN_AS_UTC, zone)
    for zone in zones:
        for offset in _offsets_of_day(asked, zone):
            yield Shift(asked + offset, asked, UTC_READ_AS_LOCAL, zone)
            yield Shift(asked - offset, asked, LOCAL_WRITTEN_AS_UTC, zone)


def _instants_showing(local: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants at which clocks in *zone* show *local*: none in spring's gap, two in autumn."""
    for fold in (0, 1):
        instant = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == local:
            yield instant


def _offsets_of_day(asked: datetime, zone: ZoneInfo) -> Iterator[timedelta]:
    """Yield the offsets that clocks in *zone* have at both ends of the day of *asked*."""
    day = day_bounds(local_day(asked, zone), zone)
    for end in (day.start, day.end):
        yield end.astimezone(zone).utcoffset() or timedelta()
