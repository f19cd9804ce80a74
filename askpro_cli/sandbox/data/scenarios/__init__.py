"""Scenarios that are shipped, one a file: `askpro sandbox --list-scenarios`."""
