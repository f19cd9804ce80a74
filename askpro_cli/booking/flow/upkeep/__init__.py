"""Finish what earlier runs left open, and bring rows to what is true at Cal.com."""
