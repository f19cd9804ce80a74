"""How a webhook receiver is usually written: FastAPI, a session of SQLAlchemy, a commit a request."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from sqlalchemy import LargeBinary, String, create_engine, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from support.webhook_requests import SECRET

app = FastAPI()
_engine = create_engine(sys.argv[2] if len(sys.argv) > 2 else "sqlite://", connect_args={"timeout": 30})  # noqa: PLR2004


class Base(DeclarativeBase):
    """The tables of this receiver."""


class Received(Base):
    """One event."""

    __tablename__ = "received"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    event_type: Mapped[str] = mapped_column(String(100))
    body: Mapped[bytes] = mapped_column(LargeBinary)


@event.listens_for(_engine, "connect")
def _durable(connection: object, _record: object) -> None:
    """Keep what is committed, as askpro does."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


async def verified(request: Request) -> bytes:
    """Return the body of a request whose signature is right."""
    body = await request.body()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(digest, request.headers.get("x-cal-signature-256", "")):
        raise HTTPException(401)
    return body


@app.post("/webhooks/calcom")
def receive(body: Annotated[bytes, Depends(verified)]) -> dict[str, str]:
    """Keep one event; the one that is there already is a duplicate."""
    document = json.loads(body)
    trigger = document["triggerEvent"]
    key = f"{trigger}:{document['payload']['uid']}:{document['createdAt']}"
    with Session(_engine) as session:
        session.add(Received(key=key, event_type=trigger, body=body))
        try:
            session.commit()
        except IntegrityError:
            return {"status": "duplicate"}
    return {"status": "accepted"}


if __name__ == "__main__":
    Base.metadata.create_all(_engine)
    uvicorn.run(
        app, port=int(sys.argv[1]), log_level="critical", access_log=False, loop="uvloop", http="httptools"
    )
