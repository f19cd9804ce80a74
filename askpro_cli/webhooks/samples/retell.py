"""Retell's events in the shapes of its documentation and SDK (6.2): calls, chats, transfers, ringing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from askpro_cli.webhooks.samples.fresh import Document, Fresh

_CALLER, _SALON, _COLLEAGUE = "+491713920012", "+493023125014", "+493023125015"
_ANALYSIS = {
    "call_summary": "Die Kundin möchte einen Haarschnitt am Dienstag um neun.",
    "call_successful": True,
    "user_sentiment": "Positive",
    "in_voicemail": False,
    "custom_analysis_data": {"service": "Haarschnitt"},
}
_TURNS = [
    {"role": "agent", "content": "Guten Tag, was kann ich für Sie tun?"},
    {"role": "user", "content": "Ich hätte gern einen Haarschnitt."},
]


def _call(fresh: Fresh) -> Document:
    return {
        "call_id": f"call_{fresh.token}",
        "call_type": "phone_call",
        "agent_id": "agent_0a1b2c3d4e5f",
        "agent_name": "Empfang",
        "agent_version": 3,
        "call_status": "ongoing",
        "direction": "inbound",
        "from_number": _CALLER,
        "to_number": _SALON,
        "start_timestamp": fresh.now_ms - 90_000,
        "retell_llm_dynamic_variables": {},
    }


def _ended(fresh: Fresh) -> Document:
    return {
        **_call(fresh),
        "call_status": "ended",
        "end_timestamp": fresh.now_ms,
        "duration_ms": 90_000,
        "disconnection_reason": "user_hangup",
        "transcript": "".join(f"{turn['role'].title()}: {turn['content']}\n" for turn in _TURNS),
        "transcript_object": _TURNS,
        "latency": {"e2e": {"p50": 800, "p90": 1200, "num": 2}},
        "call_cost": {"combined_cost": 12.5, "total_duration_seconds": 90, "product_costs": []},
    }


def _of_call(event: str, make: Callable[[Fresh], Document], **more: Any) -> Callable[[Fresh], Document]:
    return lambda fresh: {"event": event, "call": {**make(fresh), **more}}


def _transfer(event: str) -> Callable[[Fresh], Document]:
    return lambda fresh: {
        "event": event,
        "call": {**_call(fresh), "transfer_destination": _COLLEAGUE},
        "transfer_destination": _COLLEAGUE,
        "transfer_option": {"type": "warm_transfer"},
    }


def _transcript(fresh: Fresh) -> Document:
    return {
        "event": "transcript_updated",
        "call": {**_call(fresh), "transcript_object": _TURNS},
        "transcript_with_tool_calls": _TURNS,
    }


def _chat(event: str, **more: Any) -> Callable[[Fresh], Document]:
    return lambda fresh: {
        "event": event,
        "chat": {
            "chat_id": f"chat_{fresh.token}",
            "agent_id": "agent_0a1b2c3d4e5f",
            "chat_status": "ended",
            "start_timestamp": fresh.now_ms - 90_000,
            "transcript": "User: Haben Sie am Dienstag offen?\n",
            **more,
        },
    }


def _ringing(subject: str, **more: str) -> Callable[[Fresh], Document]:
    return lambda fresh: {
        "event": subject,
        "event_timestamp": fresh.now_ms,
        subject: {
            **{name: f"{prefix}_{fresh.token}" for name, prefix in more.items()},
            "agent_id": "agent_0a1b2c3d4e5f",
            "agent_version": 3,
            "from_number": _CALLER,
            "to_number": _SALON,
        },
    }


SAMPLES: dict[str, Callable[[Fresh], Document]] = {
    "call_started": _of_call("call_started", _call),
    "call_ended": _of_call("call_ended", _ended),
    "call_analyzed": _of_call("call_analyzed", _ended, call_analysis=_ANALYSIS),
    "transcript_updated": _transcript,
    "transfer_started": _transfer("transfer_started"),
    "transfer_bridged": _transfer("transfer_bridged"),
    "transfer_cancelled": _transfer("transfer_cancelled"),
    "transfer_ended": _transfer("transfer_ended"),
    "chat_started": _chat("chat_started", chat_status="ongoing"),
    "chat_ended": _chat("chat_ended"),
    "chat_analyzed": _chat("chat_analyzed", chat_analysis={"chat_summary": "Frage nach Öffnungszeiten."}),
    "call_inbound": _ringing("call_inbound", call_id="call"),
    "chat_inbound": _ringing("chat_inbound"),
}
