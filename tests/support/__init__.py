"""What several test modules share: fixtures, servers, the CLI runner."""
