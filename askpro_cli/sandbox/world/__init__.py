"""What the sandbox knows: the data file, read and checked, and what has happened since."""
