"""Read appointments: lists, one with all its past, what is unfinished, free times."""
