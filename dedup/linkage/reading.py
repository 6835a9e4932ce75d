"""The rows of any file of the import's columns: CSV in any encoding, compressed or not, or Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from archive.directory_file import COLUMNS, RowProblem, read_rows
from archive.errors import BadInput

_ROWS_AT_ONCE = 20_000
_PARQUET = b"PAR1"

Row = Mapping[str, str]


def rows_of(path: Path) -> Iterator[Row | RowProblem]:
    """Answer every row as text by column, or why it is none.

    Raises:
        BadInput: there is no such file, it can not be read, or it has none of the import's columns.
    """
    yield from _parquet(path) if _is_parquet(path) else _csv(path)


def _csv(path: Path) -> Iterator[Row | RowProblem]:
    for item in read_rows(path):
        yield item if isinstance(item, RowProblem) else item.cells


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == _PARQUET
    except OSError as error:
        raise BadInput(f"{path} can not be opened: {error.strerror}; name a CSV or Parquet file") from error


def _parquet(path: Path) -> Iterator[Row]:
    with duckdb.connect() as connection:
        try:
            found = connection.execute("select * from read_parquet(?) limit 0", [str(path)]).description
            names = [name for name, *_ in found or () if name.casefold() in COLUMNS]
            if not names:
                raise BadInput(f"{path} has none of our columns; it should have some of: {', '.join(COLUMNS)}")
            wanted = ", ".join(f"""coalesce(cast("{name}" as varchar), '')""" for name in names)
            rows = connection.execute(f"select {wanted} from read_parquet(?)", [str(path)])  # noqa: S608 - our columns' names
            keys = [name.casefold() for name in names]
            while batch := rows.fetchmany(_ROWS_AT_ONCE):
                for cells in batch:
                    yield dict(zip(keys, cells, strict=True))
        except duckdb.Error as error:
            raise BadInput(f"{path} can not be read as Parquet: {error}") from error
