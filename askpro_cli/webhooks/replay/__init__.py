"""Replays: stored events handled or sent again, as durable jobs."""
