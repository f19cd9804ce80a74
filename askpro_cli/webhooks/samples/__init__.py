"""Events as vendors send them, with invented people: for ``askpro webhooks send`` and for tests."""
