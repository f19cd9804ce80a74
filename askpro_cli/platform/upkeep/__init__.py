"""What operators do to the database itself: check, count, back up, restore, seed."""
