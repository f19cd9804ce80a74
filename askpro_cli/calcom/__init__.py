"""The client of Cal.com API V2: models, wire, cache, errors."""
