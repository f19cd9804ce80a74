"""The senders we know: how each signs, and what identifies its events."""
