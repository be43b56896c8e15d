"""One store for all that is remembered: SQLite beside the results by default, PostgreSQL by URL.

- `tables`: what is stored, as SQLAlchemy Core tables
- `Store`: the door: queued inserts through one writer thread, reads on connections of their own
"""

from AIGCLibrary.store.store import RunScope, Store, default_url

__all__ = ["RunScope", "Store", "default_url"]
