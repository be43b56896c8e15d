"""Brings a database up to the tables of this version: creates what is missing, adds new columns, never removes."""

from typing import Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.schema import CreateColumn

from AIGCLibrary.store import tables

_LOCK = 4_120_170_531  # any number that is ours: processes that open one PostgreSQL store wait for each other


def prepare(engine: Engine) -> None:
    """Create missing tables, columns and indexes; safe when many processes open the store at the same moment."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")  # others only create the tables meanwhile
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            connection.exec_driver_sql("SET LOCAL lock_timeout TO DEFAULT")
        elif engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    found = inspect(connection)
    existing = set(found.get_table_names())
    tables.metadata.create_all(connection, checkfirst=True)
    for table in tables.metadata.sorted_tables:
        if table.name not in existing:
            continue
        columns = {column["name"] for column in found.get_columns(table.name)}
        for column in table.columns:
            if column.name not in columns:
                definition: Any = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN {definition}')
        indexes = {index["name"] for index in found.get_indexes(table.name)}
        for index in table.indexes:
            if index.name not in indexes:
                index.create(connection)
