"""From the names a person uses to the event type that is booked."""
