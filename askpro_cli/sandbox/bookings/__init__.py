"""Bookings: made, changed, listed and shown as the vendor does it."""
