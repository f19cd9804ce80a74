"""What was measured, what was promised, and whether it is held: a table and a JSON document."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One promise: *measured* must not exceed *limit* (both in *unit*); without a limit it is only told.

    With *at_least* it must not fall below it. *measured* is None where what it needs is missing here.
    """

    name: str
    measured: float | None
    limit: float | None
    unit: str
    detail: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    at_least: bool = False

    @property
    def held(self) -> bool:
        """Tell whether the promise is kept."""
        if self.limit is None or self.measured is None:
            return True
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def row(self) -> tuple[str, str, str, str, str]:
        """Return the cells of the table."""
        if self.measured is None:
            return self.name, "not measured", "", "", self.note
        measured = f"{self.measured:.2f} {self.unit}"
        if self.limit is None:
            return self.name, measured, "", "", self.note
        verdict = "held" if self.held else "NOT HELD"
        return (
            self.name,
            measured,
            f"{'≥' if self.at_least else '≤'} {self.limit:g} {self.unit}",
            verdict,
            self.note,
        )


def table(figures: list[Figure]) -> str:
    """Return the figures as an aligned table."""
    rows = [("what", "measured", "promised", "", "absolute"), *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def write(figures: list[Figure], path: Path) -> None:
    """Write the figures and the machine they were measured on."""
    document = {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "figures": [asdict(figure) | {"held": figure.held} for figure in figures],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
