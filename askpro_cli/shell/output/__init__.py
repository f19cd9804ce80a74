"""What a command answers, and how it is printed: table, TSV, JSON, ndjson."""
