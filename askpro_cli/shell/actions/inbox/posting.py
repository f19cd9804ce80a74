"""``askpro webhooks send``: make an event as its vendor sends it, and send it to a receiver."""

from __future__ import annotations

from ipaddress import ip_address
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from askpro_cli.base.errors import UnknownError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.shell.actions.inbox.outgoing import Outgoing
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    import httpx

    from askpro_cli.shell.context import App

_TIMEOUT = 30.0
_LONGEST_ANSWER = 2000
_REFUSED = 400


def is_here(url: str) -> bool:
    """Tell whether an address is this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def shown_request(request: Outgoing) -> Result:
    """Return the request that would be sent."""
    body = request.body.decode("utf-8", "backslashreplace")
    headers = "".join(f"{name}: {value}\n" for name, value in request.headers)
    data = {**_about(request), "headers": dict(request.headers), "body": body, "answers": []}
    return Result(data=data, text=f"POST {request.url}\n{headers}\n{body}", messages=["nothing was sent"])


async def post(app: App, request: Outgoing, *, times: int) -> Result:
    """Send the request so often, byte for byte the same, and return the answers; exit 1 for a refusal.

    Raises:
        UnknownError: the receiver cannot be reached, or did not answer.
    """
    import httpx

    async with httpx.AsyncClient(
        transport=app.http_transport, timeout=_TIMEOUT, follow_redirects=False, trust_env=False
    ) as client:
        answers = [await _once(client, request) for _ in range(times)]
    refused = [answer for answer in answers if answer["status"] >= _REFUSED]
    first = answers[0]
    return Result(
        data={**_about(request), "answers": answers},
        table=_table(answers),
        messages=[f"{request.event_type or 'the file'} as {request.source}: {first['status']}"],
        exit_code=ExitCode.FINDINGS if refused else None,
        records="answers",
    )


async def _once(client: httpx.AsyncClient, request: Outgoing) -> dict[str, Any]:
    import httpx

    began = perf_counter()
    try:
        answer = await client.post(request.url, content=request.body, headers=request.headers)
    except httpx.HTTPError as error:
        raise UnknownError(
            f"no answer from {request.url}: {error or type(error).__name__}",
            hint="is askpro serve running there?",
            subject="--to",
        ) from error
    return {
        "status": answer.status_code,
        "milliseconds": round((perf_counter() - began) * 1000, 1),
        "correlation_id": answer.headers.get("x-correlation-id"),
        "body": answer.text[:_LONGEST_ANSWER],
    }


def _about(request: Outgoing) -> dict[str, Any]:
    return {"url": request.url, "source": request.source, "type": request.event_type}


def _table(answers: list[dict[str, Any]]) -> Table:
    columns = (
        Column("status", align="right"),
        Column("ms", align="right"),
        Column("correlation"),
        Column("answer"),
    )
    rows = [
        [str(one["status"]), str(one["milliseconds"]), one["correlation_id"] or "", one["body"]]
        for one in answers
    ]
    return Table(columns, rows)
