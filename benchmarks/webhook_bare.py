"""What intake is held against: a bare uvicorn that reads a body and answers, keeping nothing."""

from __future__ import annotations

import sys

import uvicorn
from starlette.types import Receive, Scope, Send

_HEAD = [(b"content-type", b"application/json"), (b"content-length", b"15")]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the whole body and say that it came."""
    del scope
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": _HEAD})
    await send({"type": "http.response.body", "body": b'{"status":"ok"}'})


if __name__ == "__main__":
    uvicorn.run(
        echo,
        port=int(sys.argv[1]),
        log_level="critical",
        access_log=False,
        lifespan="off",
        http="httptools",
        loop="uvloop",
    )
