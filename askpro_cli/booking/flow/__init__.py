"""From a wish for a service to an appointment that stands on both sides, and back to order after a crash."""
