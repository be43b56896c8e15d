"""Stores for tests: SQLite always; PostgreSQL where AIGC_TEST_POSTGRES names a server."""

import atexit
import os
import uuid
from functools import cache

import pytest
from sqlalchemy import create_engine, make_url, text

from AIGCLibrary.store import Store

POSTGRES = os.environ.get("AIGC_TEST_POSTGRES")
NO_POSTGRES = "no PostgreSQL server is configured by AIGC_TEST_POSTGRES"


def urls(tmp_path, kind):
    """Provide the URL of an empty store, once."""
    if kind == "sqlite":
        yield f"sqlite:///{(tmp_path / 'aigc.db').as_posix()}"
        return
    if not POSTGRES:
        pytest.skip(NO_POSTGRES)
    url = database()
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    yield url


@cache
def database(options=""):
    """Make a database for this process; it is dropped at its end."""
    name = f"aigc_{uuid.uuid4().hex[:12]}"
    _admin(f'CREATE DATABASE "{name}" {options}')
    atexit.register(_admin, f'DROP DATABASE "{name}" WITH (FORCE)')
    return make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


def _admin(statement):
    engine = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def fill(store: Store, table, rows):
    """Insert rows and wait until they can be read."""
    for row in rows:
        store.insert(table, **row)
    store.flush()
