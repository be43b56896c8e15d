"""Acceptance tests of data preparation."""
