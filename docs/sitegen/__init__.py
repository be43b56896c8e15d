"""Generates the reference and the documentation site; `docs/build.py` is its command."""
