"""Audits: two sources in, findings out."""
