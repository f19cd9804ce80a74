"""What each command does between the command line and the rooms below: typed text in, Result out."""
