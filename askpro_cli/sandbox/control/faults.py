"""Faults: what can be made to go wrong, and when.

A fault is written `name` or `name=value`, several separated by commas. It comes from a flag (every request),
from the header `X-Sandbox-Fault` (this request) or from the control endpoint (the next matching requests).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from askpro_cli.base.errors import InvalidValueError

SERVER_ERRORS = frozenset({"500", "502", "503", "504"})
EARLY = SERVER_ERRORS | {"latency", "429", "html502", "reset-before"}
LATE = frozenset({"reset-after", "timeout-after", "truncated", "huge", "not-json"})
QUIRKS = frozenset(
    {
        "stale-slots",
        "outside-slots",
        "legacy-shape",
        "foreign-booking",
        "race409",
        "series-unchecked",
        "clock-offset",
    }
)
DELIVERY = frozenset({"webhook-drop", "webhook-duplicate", "webhook-reorder", "webhook-delay"})
NAMES = EARLY | LATE | QUIRKS | DELIVERY
_NUMERIC = frozenset({"latency", "429", "clock-offset", "huge", "timeout-after", "webhook-delay"})
_NEEDS_VALUE = frozenset({"latency", "clock-offset", "webhook-delay"})
AFTER = "after"
_LARGEST = 1e9  # some thirty years as seconds


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and its value.

    Values: `latency` milliseconds; `429` seconds to go; `500` … `504` take `after` (the request is carried
    out, then the answer fails); `huge` megabytes; `timeout-after` seconds; `clock-offset` seconds ahead;
    `webhook-delay` seconds.
    """

    name: str
    value: str | None = None

    @property
    def is_early(self) -> bool:
        """Whether it strikes before the request is carried out."""
        return self.name in EARLY and self.value != AFTER

    @property
    def is_delivery(self) -> bool:
        """Whether it strikes deliveries of webhooks and not requests."""
        return self.name in DELIVERY

    def number(self, default: float) -> float:
        """Return the value as a number."""
        return default if self.value is None else float(self.value)

    def __str__(self) -> str:
        return self.name if self.value is None else f"{self.name}={self.value}"


def parse_faults(text: str) -> list[Fault]:
    """Return the faults in *text*; InvalidValueError for a name or value that means nothing."""
    return [_parse(part.strip()) for part in text.split(",") if part.strip()]


def _parse(text: str) -> Fault:
    name, separator, value = text.partition("=")
    fault = Fault(name, value if separator else None)
    if name not in NAMES:
        known = ", ".join(sorted(NAMES))
        raise InvalidValueError(f"{name!r} is no sandbox fault", hint=f"known faults: {known}", subject=name)
    if not _value_fits(fault):
        raise InvalidValueError(f"{value!r} is no value for the sandbox fault {name}", subject=name)
    return fault


def _value_fits(fault: Fault) -> bool:
    if fault.value is None:
        return fault.name not in _NEEDS_VALUE
    if fault.name in SERVER_ERRORS:
        return fault.value == AFTER
    if fault.name not in _NUMERIC:
        return False
    try:
        number = float(fault.value)
    except ValueError:
        return False
    return abs(number) <= _LARGEST and (number >= 0 or fault.name == "clock-offset")


@dataclass(slots=True)
class ArmedFault:
    """A fault that waits for matching requests, or for deliveries; *times* None strikes until cleared.

    *method* and *path* choose requests, *trigger* deliveries.
    """

    fault: Fault
    times: int | None = 1
    method: str | None = None
    path: str | None = None
    trigger: str | None = None

    def matches(self, method: str, path: str) -> bool:
        """Tell whether it strikes this request; *path* of the rule may hold `*`."""
        if self.fault.is_delivery or (self.method is not None and self.method.upper() != method):
            return False
        return self.path is None or fnmatchcase(path, self.path)

    def strikes_delivery(self, trigger: str) -> bool:
        """Tell whether it strikes a delivery of *trigger*; the rule's may hold `*`."""
        return self.fault.is_delivery and (self.trigger is None or fnmatchcase(trigger, self.trigger))

    def as_dict(self) -> dict[str, object]:
        """Return it as the control endpoint shows it."""
        of_request = {"method": self.method, "path": self.path}
        match = {"trigger": self.trigger} if self.fault.is_delivery else of_request
        return {"fault": str(self.fault), "times": self.times, "match": match}


@dataclass(slots=True)
class FaultPlan:
    """Every fault that is not in a header; for any thread, since a scenario arms by its own clock."""

    standing: tuple[Fault, ...] = ()
    armed: list[ArmedFault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, faults: Iterable[ArmedFault]) -> None:
        """Add faults that strike later."""
        with self._lock:
            self.armed.extend(faults)

    def take(self, method: str, path: str) -> list[Fault]:
        """Return what strikes this request and use it up."""
        standing = [fault for fault in self.standing if not fault.is_delivery]
        return [*standing, *self._used(lambda rule: rule.matches(method, path))]

    def take_delivery(self, trigger: str) -> list[Fault]:
        """Return what strikes this delivery and use it up."""
        standing = [fault for fault in self.standing if fault.is_delivery]
        return [*standing, *self._used(lambda rule: rule.strikes_delivery(trigger))]

    def _used(self, strikes: Callable[[ArmedFault], bool]) -> list[Fault]:
        with self._lock:
            struck = [rule for rule in self.armed if strikes(rule)]
            for rule in struck:
                rule.times = None if rule.times is None else rule.times - 1
            self.armed = [rule for rule in self.armed if rule.times is None or rule.times > 0]
        return [rule.fault for rule in struck]

    def clear(self) -> None:
        """Disarm; faults given at the start stay."""
        with self._lock:
            self.armed.clear()
