"""Shared state that may vanish at any moment: cache, locks, counters (SQLite or Redis)."""
