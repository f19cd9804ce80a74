"""Which event types there are: one found by a name, all that a key may see, and what a wrong name meant."""
