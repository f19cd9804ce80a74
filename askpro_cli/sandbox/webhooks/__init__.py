"""Webhooks: kept, sent and signed as the vendor does it."""
