"""The worlds that ship with the sandbox: files that `askpro sandbox --data` would accept too."""
