"""Tests of data preparation."""
