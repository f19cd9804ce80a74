"""The keys of rows in the records: whole numbers from 1 up to the largest that every database keeps."""

from __future__ import annotations

LARGEST_KEY = 2**63 - 1
