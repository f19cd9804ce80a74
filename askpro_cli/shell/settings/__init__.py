"""The settings: one table, read from layers, each value with where it came from."""
