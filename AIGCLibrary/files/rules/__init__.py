"""Rules: what is demanded of a file, as data."""

from AIGCLibrary.files.rules.book import RuleBook, RuleSet

__all__ = ["RuleBook", "RuleSet"]
