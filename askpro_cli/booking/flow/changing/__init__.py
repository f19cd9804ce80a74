"""Move and cancel appointments, and follow what was changed at Cal.com."""
