"""What SQLite and PostgreSQL say in their own ways; only the one in use is imported."""

from typing import Any


def dialect(name: str) -> Any:
    """Return SQLAlchemy's module of a dialect, whose `insert` knows `ON CONFLICT`; by its name or a URL."""
    if name.startswith("postgresql"):
        from sqlalchemy.dialects import postgresql

        return postgresql
    from sqlalchemy.dialects import sqlite

    return sqlite
