"""Mails about appointments: written into the outbox with what they tell of, sent later."""
