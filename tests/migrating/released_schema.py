"""The tables of the last release, word by word in a file: what a clone without the release's code can hold us to.

`python -m tests.migrating.released_schema` writes the file anew; only a release may do so.
"""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import MetaData, create_engine

from archive import migrations
from tests.migrating.filling import note_checks

FILE = Path(__file__).parent / "released_schema.sql"
_STATEMENTS = (
    "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' ORDER BY type DESC, name"
)


def statements() -> str:
    """What the steps up to the released version make on SQLite."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrations.run(connection, migrations.RELEASED)
        made = [re.sub(r"\s+\n", "\n", row.sql) for row in connection.exec_driver_sql(_STATEMENTS)]
    engine.dispose()
    return "".join(f"{statement};\n\n" for statement in [f"-- {migrations.RELEASED}\n{made[0]}", *made[1:]])


def tables() -> MetaData:
    """The released tables, read back from the file."""
    engine, found = create_engine("sqlite://"), MetaData()
    with engine.begin() as connection:
        for statement in FILE.read_text(encoding="utf-8").split(";\n\n"):
            if statement:
                connection.exec_driver_sql(statement)
        found.reflect(connection)
        note_checks(connection, found)
    engine.dispose()
    return found


if __name__ == "__main__":
    FILE.write_text(statements(), encoding="utf-8")
