"""Scenarios: a world and what happens in it while the sandbox runs."""
