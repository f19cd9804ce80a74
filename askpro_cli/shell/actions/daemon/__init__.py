"""Actions of the commands that serve, work and give out tokens."""
