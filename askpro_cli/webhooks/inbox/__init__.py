"""The inbox: kept before it is acknowledged, once however often it is sent."""
