"""What is sent where no application could answer: whole answers, ready for the wire."""

from __future__ import annotations


def _raw_answer(status: bytes, error: bytes, message: bytes) -> bytes:
    body = b'{"error":"%s","message":"%s"}' % (error, message)
    head = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return head % (status, len(body)) + body


_TOO_LATE = _raw_answer(
    b"408 Request Timeout", b"request_timeout", b"the request did not come to its end in time"
)
REFUSED = {
    "not_http": _raw_answer(b"400 Bad Request", b"bad_request", b"this is not HTTP"),
    "head_timeout": _TOO_LATE,
    "body_timeout": _TOO_LATE,
    "head_too_large": _raw_answer(
        b"431 Request Header Fields Too Large", b"head_too_large", b"the head of the request is too large"
    ),
}
"""Why no application could answer → what is sent before the connection is closed."""
