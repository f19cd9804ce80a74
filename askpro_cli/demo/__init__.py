"""The demonstration: drives the real program against the sandbox, from outside, and checks what it sees."""
