"""Which subscriber URLs the vendor's newer servers refuse: what is not https, and addresses inside a network.

Off by default, because the sandbox is used on loopback (`--strict-webhook-urls` turns it on). No name is
looked up, as on the vendor's side when a webhook is stored.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

_METADATA = frozenset(
    {"169.254.169.254", "169.254.169.253", "metadata.google.internal", "metadata.google.com"}
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - a name to refuse


def objection(url: str) -> str | None:
    """Return the vendor's reason against *url*, None when there is none."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
        _ = parts.port
    except ValueError:
        return "Invalid URL format"
    if not parts.scheme or (parts.scheme in ("http", "https") and not host):
        return "Invalid URL format"
    if host in _METADATA:
        return "Blocked hostname"
    if parts.scheme != "https":
        return "Only HTTPS URLs are allowed"
    if host in _LOOPBACK:
        return "Blocked hostname"
    return "Private IP address" if _is_inside(host) else None


def _is_inside(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False
