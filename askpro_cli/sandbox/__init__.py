"""A stateful Cal.com V2 that runs on this machine."""
