"""Actions of the commands over webhooks."""
