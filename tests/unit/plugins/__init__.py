"""Tests of the plug-in door."""
