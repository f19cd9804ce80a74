"""Is a branch ready to take calls? Checked before anything is created."""
