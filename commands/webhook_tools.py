"""A part of ``askpro webhooks``: what senders send, tried without a daemon."""

from __future__ import annotations

from askpro_cli.shell.command import command_app

app = command_app(
    help="""What senders send, tried without a daemon.

Examples:
  askpro webhooks list
"""
)
