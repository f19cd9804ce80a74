"""From a wish to an appointment that stands on both sides, or to a row that the next run finishes.

``mapping`` (names become an event type), ``making`` (the steps of a booking), ``changing`` (move, cancel),
``upkeep`` (what earlier runs left open) and ``showing`` (lists and views). What they share stands here: the
tools (``desk``), the states, the locks on whoever's time it is (``conflicts``) and on a row (``leases``).
"""
