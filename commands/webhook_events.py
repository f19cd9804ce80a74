"""A part of ``askpro webhooks``: what is in the inbox."""

from __future__ import annotations

from askpro_cli.shell.command import command_app

app = command_app(
    help="""What is in the inbox.

Examples:
  askpro webhooks list
"""
)
