"""The version of AIGCLibrary, written once."""

__version__ = "1.0.0"
