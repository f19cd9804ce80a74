"""One request and its answer: built, sent, opened, read, or turned into the error it means."""
