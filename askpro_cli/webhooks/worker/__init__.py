"""Workers: claim, handle, complete; leases that come back by themselves."""
