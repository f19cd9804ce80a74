"""Clock, errors, findings, phone numbers, dates, logging: what every room may use."""
