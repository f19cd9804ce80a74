"""What Cal.com's webhooks tell of bookings: read, written down, and brought to the appointments."""
