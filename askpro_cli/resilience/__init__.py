"""Retry, circuit breaker, rate governor and single flight: the one policy of every vendor call."""
