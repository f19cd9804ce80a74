"""Slots and reservations."""
