"""One module a command; loaded by name from the registry, never imported by name."""
