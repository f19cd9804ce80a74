"""What Cal.com promises, as rules that every message between client and sandbox is held to."""
