"""How the control endpoints answer."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from askpro_cli.base.errors import InvalidValueError


def answer(document: Any, status: int = 200) -> Response:
    """Return *document* as JSON."""
    return Response(msgspec.json.encode(document), status, media_type="application/json")


def refused(error: Exception) -> Response:
    """Return the 400 that says what is wrong with an order."""
    hint = error.hint if isinstance(error, InvalidValueError) else None
    return answer({"error": str(error), "hint": hint}, 400)
