"""A database's tables in words that two databases of one engine share only where they are alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, inspect, text

_INDEXES = {
    "sqlite": "SELECT name, sql AS told FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexname AS name, indexdef AS told FROM pg_indexes WHERE schemaname = 'public'",
}
_COLLATIONS = (
    "SELECT table_name, column_name, collation_name FROM information_schema.columns WHERE table_schema = 'public'"
)


def described(connection: Connection) -> dict[str, Any]:
    """Tables with columns, keys, constraints and indexes; Alembic's own table is none of ours."""
    looking = inspect(connection)
    engine = connection.dialect.name
    told: dict[str, Any] = {
        f"index {row.name}": " ".join(row.told.split())
        for row in connection.execute(text(_INDEXES[engine]))
        if not row.name.startswith("alembic")
    }
    for table in looking.get_table_names():
        if table != "alembic_version":
            told[table] = _table(looking, table)
    if engine == "postgresql":
        told |= {
            f"collation {row.table_name}.{row.column_name}": row.collation_name
            for row in connection.execute(text(_COLLATIONS))
            if row.table_name in told
        }
    return told


def _table(looking: Any, table: str) -> dict[str, Any]:
    return {
        "columns": {
            column["name"]: (str(column["type"]), column["nullable"], column["default"])
            for column in looking.get_columns(table)
        },
        "key": looking.get_pk_constraint(table)["constrained_columns"],
        "pointers": sorted(
            (key["constrained_columns"], key["referred_table"], key["referred_columns"], str(key["options"]))
            for key in looking.get_foreign_keys(table)
        ),
        "unique": sorted((one["name"], one["column_names"]) for one in looking.get_unique_constraints(table)),
        "checks": sorted((str(one["name"]), str(one["sqltext"])) for one in looking.get_check_constraints(table)),
    }
