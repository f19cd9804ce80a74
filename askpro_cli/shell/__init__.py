"""The program: registry, context, settings, console, result, the one error boundary."""
