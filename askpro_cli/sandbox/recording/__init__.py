"""Journal files: `--record` writes them, `--replay` answers from them."""
