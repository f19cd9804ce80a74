"""The rules: facts in, a verdict out. Instants are compared, never texts."""
