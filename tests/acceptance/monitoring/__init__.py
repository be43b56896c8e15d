"""Tests of AIGCLibrary."""
