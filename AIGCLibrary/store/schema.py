"""Brings a database up to the tables of this version: adds tables and columns, then moves data, never removes rows."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, inspect, select, text, update
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.i18n import Text
from AIGCLibrary.store import tables
from AIGCLibrary.store.migrations import MIGRATIONS, VERSION

_LOCK = 4_120_170_531  # any number that is ours: processes that open one PostgreSQL store wait for each other
_AGAIN_SECONDS = 0.1
"""Pause before it is asked again whether another process has created what is missing."""
_POSTGRES_NAMES = text(
    "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
    " WHERE pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
    " AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
    " UNION ALL SELECT c.relname, i.relname FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid"
    " JOIN pg_class i ON i.oid = x.indexrelid"
    " WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
)
"""Names of all columns and indexes with their tables (https://www.postgresql.org/docs/current/catalogs.html)."""
_SQLITE_NAMES = text(
    "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
    " UNION ALL SELECT tbl_name, name FROM sqlite_master WHERE type = 'index'"
)
"""The same of SQLite (https://www.sqlite.org/schematab.html, https://www.sqlite.org/pragma.html#pragfunc)."""
_UNNUMBERED = 1
"""The version of stores that were made before versions were noted in them."""


def prepare(engine: Engine) -> None:
    """Create missing tables, columns and indexes and run the missing migrations, all in one transaction.

    Safe when many processes open the store at the same moment: all but the first find nothing to do.

    Raises:
        MonitoringError: The store was written by a newer version of the library.
    """
    if engine.dialect.name == "postgresql":
        _prepare_postgresql(engine)
        return
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:  # a lock for asking would make all processes of a run wait at its start
            if _is_complete(connection):
                return
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        _upgrade(connection)


def _prepare_postgresql(engine: Engine) -> None:
    """Ask first whether anything is missing, in two questions: over a slow line, tests cannot wait for dozens of them.

    One process creates what is missing; the others ask again until it has, rather than one behind the other.
    """
    while True:
        with engine.begin() as connection:
            if _is_complete(connection):
                return
            if connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK}).scalar():
                _upgrade(connection)
                return
        time.sleep(_AGAIN_SECONDS)


def _is_complete(connection: Connection) -> bool:
    """Return whether a database has all tables, columns and indexes of this version."""
    names = {(table.name, column.name) for table in tables.metadata.sorted_tables for column in table.columns}
    names |= {(table.name, str(index.name)) for table in tables.metadata.sorted_tables for index in table.indexes}
    asked = _SQLITE_NAMES if connection.dialect.name == "sqlite" else _POSTGRES_NAMES
    held = {(table, name) for table, name in connection.execute(asked)}
    if not names <= held:
        return False
    return connection.execute(select(tables.schema_version.c.version)).scalar() == VERSION


def _upgrade(connection: Connection) -> None:
    existing = set(inspect(connection).get_table_names())
    found = _version(connection, existing)
    if found > VERSION:
        raise MonitoringError(
            f"The store has version {found} of the schema, and this version of AIGCLibrary reads up to {VERSION}.",
            code="AIGC501",
            hint=Text("monitoring.hint.newer_store"),
        )
    _add(connection, existing)
    for version in range(found + 1, VERSION + 1):
        MIGRATIONS[version](connection)
    if tables.schema_version.name not in existing:
        connection.execute(insert(tables.schema_version).values(id=1, version=VERSION))
    elif found != VERSION:
        connection.execute(update(tables.schema_version).values(version=VERSION))


def _version(connection: Connection, existing: set[str]) -> int:
    """Return the version of the schema of a database; an empty one needs no migration."""
    if tables.schema_version.name in existing:
        return int(connection.execute(select(tables.schema_version.c.version)).scalar_one())
    return _UNNUMBERED if tables.task.name in existing else VERSION


def _add(connection: Connection, existing: set[str]) -> None:
    """Create the tables, columns and indexes that are missing."""
    missing = [table for table in tables.metadata.sorted_tables if table.name not in existing]
    _create(connection, missing)
    known = [table for table in tables.metadata.sorted_tables if table.name in existing]
    if not known:
        return
    found, names = inspect(connection), [table.name for table in known]
    # All tables in one question each: over a slow line, dozens of them would take longer than tests may wait.
    columns, indexes = found.get_multi_columns(filter_names=names), found.get_multi_indexes(filter_names=names)
    for table in known:
        held = {column["name"] for column in columns.get((None, table.name), ())}
        for column in table.columns:
            if column.name not in held:
                definition: Any = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN {definition}')
        held = {str(index["name"]) for index in indexes.get((None, table.name), ())}
        for index in table.indexes:
            if index.name not in held:
                index.create(connection)


def _create(connection: Connection, missing: Sequence[Table]) -> None:
    """Create tables with their indexes; in PostgreSQL by one script, since each statement is a way there and back."""
    if connection.dialect.driver not in ("psycopg", "psycopg2"):
        tables.metadata.create_all(connection, tables=missing, checkfirst=False)
        return
    script: list[CreateTable | CreateIndex] = [CreateTable(table) for table in missing]
    script += [CreateIndex(index) for table in missing for index in table.indexes]
    if script:
        connection.exec_driver_sql(
            ";\n".join(str(statement.compile(dialect=connection.dialect)) for statement in script)
        )
