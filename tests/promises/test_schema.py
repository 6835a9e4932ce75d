"""The migrations build exactly what the code's schema says."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import CheckConstraint, UniqueConstraint, create_engine, inspect, text
from sqlalchemy.schema import CreateIndex

from archive import migrations
from archive.schema import metadata


def test_migrations_and_schema_agree(empty_catalogue_file: Path) -> None:
    engine = create_engine(f"sqlite:///{empty_catalogue_file}")
    assert migrations.differences(engine) == []
    engine.dispose()


def test_a_difference_is_seen(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'other.sqlite'}")
    with engine.begin() as connection:
        migrations.run(connection)
        connection.execute(text("ALTER TABLE branch ADD COLUMN surprise TEXT"))
        connection.execute(text("DROP INDEX ix_document_state"))
    assert len(migrations.differences(engine)) == 2
    engine.dispose()


def test_checks_and_unique_constraints_are_built_too(empty_catalogue_file: Path) -> None:
    """Alembic's comparison passes over check constraints; they are compared here word by word."""
    engine = create_engine(f"sqlite:///{empty_catalogue_file}")
    built = inspect(engine)
    for table in metadata.sorted_tables:
        checks = {(str(c["name"]), c["sqltext"]) for c in built.get_check_constraints(table.name)}
        wanted = {(str(c.name), str(c.sqltext)) for c in table.constraints if isinstance(c, CheckConstraint)}
        assert checks == wanted, table.name
        uniques = {tuple(sorted(found["column_names"])) for found in built.get_unique_constraints(table.name)}
        said = {tuple(sorted(c.columns.keys())) for c in table.constraints if isinstance(c, UniqueConstraint)}
        assert uniques == said, table.name
    engine.dispose()


def test_indexes_in_falling_order_are_built_as_declared(empty_catalogue_file: Path) -> None:
    engine = create_engine(f"sqlite:///{empty_catalogue_file}")
    declared = {index.name: index for table in metadata.sorted_tables for index in table.indexes}
    with engine.connect() as connection:
        for name in migrations.DESCENDING:
            built = connection.execute(
                text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name}
            ).scalar()
            assert built == str(CreateIndex(declared[name]).compile(engine)).strip(), name
    engine.dispose()
