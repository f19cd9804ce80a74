"""Reads the body of a request of the API: JSON, and little of it."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Receive

from askpro_cli.server.api.answers import ApiRefusal

MOST_BYTES = 64 * 1024


async def read_body(headers: Headers, receive: Receive) -> bytes:
    """Return the body; it is read in pieces and refused as soon as it is too large.

    Raises:
        ApiRefusal: too large (413), compressed or no JSON by its content type (415), cut off (400).
    """
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise ApiRefusal(415, "media_type", "a compressed body is not read")
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ApiRefusal(400, "cut_off", "the request ended before its body")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BYTES:
            raise ApiRefusal(413, "too_large", f"a body has at most {MOST_BYTES} bytes")
    if body and headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ApiRefusal(415, "media_type", "the body of a request is application/json")
    return bytes(body)
