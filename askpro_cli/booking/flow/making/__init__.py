"""From a wish to an appointment that stands on both sides."""
