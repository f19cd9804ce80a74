"""Alembic environment and revisions of the records."""
