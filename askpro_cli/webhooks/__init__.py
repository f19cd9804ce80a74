"""What vendors tell us: verified, kept, handled and replayed."""
