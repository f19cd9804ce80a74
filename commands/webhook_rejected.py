"""A part of ``askpro webhooks``: requests that were not let in."""

from __future__ import annotations

from askpro_cli.shell.command import command_app

app = command_app(
    help="""Requests that were not let in.

Examples:
  askpro webhooks list
"""
)
