"""Stores for tests: SQLite always; PostgreSQL where AIGC_TEST_POSTGRES names a server."""

import os
import uuid

import pytest
from sqlalchemy import create_engine, make_url, text

from AIGCLibrary.store import Store

POSTGRES = os.environ.get("AIGC_TEST_POSTGRES")
NO_POSTGRES = "no PostgreSQL server is configured by AIGC_TEST_POSTGRES"


def urls(tmp_path, kind):
    """Give a URL of an empty store; yields it once, and drops a PostgreSQL database afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{(tmp_path / 'aigc.db').as_posix()}"
        return
    if not POSTGRES:
        pytest.skip(NO_POSTGRES)
    name = f"aigc_{uuid.uuid4().hex[:12]}"
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def fill(store: Store, table, rows):
    """Insert rows and wait until they can be read."""
    for row in rows:
        store.insert(table, **row)
    store.flush()
