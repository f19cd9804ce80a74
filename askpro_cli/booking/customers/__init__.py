"""Customers: matched, merged, exported, erased; always inside one company."""
