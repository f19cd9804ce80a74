"""A practice with many event types, as a data file for the sandbox."""

from __future__ import annotations

import json
from pathlib import Path

FIRST_ID = 5001


def write_practice(path: Path, event_types: int) -> Path:
    """Write a data file with so many event types of one doctor, open on weekdays; return its path."""
    document = {
        "users": [
            {
                "id": 901,
                "username": "praxis",
                "name": "Praxis Beispiel",
                "email": "praxis@example.org",
                "timeZone": "Europe/Berlin",
                "schedules": [
                    {
                        "id": 951,
                        "name": "Sprechzeiten",
                        "timeZone": "Europe/Berlin",
                        "isDefault": True,
                        "availability": [
                            {
                                "days": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
                                "startTime": "08:00",
                                "endTime": "16:00",
                            }
                        ],
                    }
                ],
                "eventTypes": [
                    {
                        "id": FIRST_ID + number,
                        "slug": f"termin-{number:03}",
                        "title": f"Termin {number:03}",
                        "lengthInMinutes": 30,
                    }
                    for number in range(event_types)
                ],
            }
        ],
        "apiKeys": [{"key": "cal_test_sandbox", "user": "praxis"}],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
