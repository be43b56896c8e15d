"""Acceptance tests of recovery."""
