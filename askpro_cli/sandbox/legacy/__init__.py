"""The versions before: old shapes and old routes."""
