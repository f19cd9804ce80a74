"""Reading what an explanation needs, in at most three requests; one module a fact."""
