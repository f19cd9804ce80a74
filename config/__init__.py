"""Defaults shipped as YAML; read through importlib.resources."""
