"""The phone-to-appointment flow: availability, alternatives, safe booking."""
