"""The daemon: what answers over HTTP."""
