"""Compares a run with earlier ones, test by test: is it worse, not worse, or is that not known yet."""
