"""The version of AIGCLibrary, written once."""

__version__ = "0.1.0"
