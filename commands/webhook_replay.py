"""A part of ``askpro webhooks``: events handled or sent again."""

from __future__ import annotations

from askpro_cli.shell.command import command_app

app = command_app(
    help="""Events handled or sent again.

Examples:
  askpro webhooks list
"""
)
