"""The rows of any file of the import's columns: CSV in any encoding, compressed or not, or Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from archive.directory_file import ADDRESS_PARTS, COLUMNS, Block, RowProblem, read_blocks
from archive.directory_record import address_of_parts
from archive.errors import BadInput

_PARQUET = b"PAR1"

Row = Mapping[str, str]


def blocks_of(path: Path, rows_a_block: int) -> Iterator[Block]:
    """Answer the rows as columns of text, so many at once at the most, and why the others are none.

    An address that a row gives in parts only is written out of them, as the import does.

    Raises:
        BadInput: there is no such file, it can not be read, or it has none of the import's columns.
    """
    blocks = _parquet(path, rows_a_block) if _is_parquet(path) else read_blocks(path, rows_a_block)
    return map(_with_addresses, blocks)


def _with_addresses(block: Block) -> Block:
    parts = [name for name in ADDRESS_PARTS if name in block.columns]
    if not parts:
        return block
    given = block.columns.get("address") or [""] * block.rows
    written = [
        whole if whole.strip() else address_of_parts(dict(zip(parts, cells, strict=True)))
        for whole, *cells in zip(given, *(block.columns[name] for name in parts), strict=True)
    ]
    return replace(block, columns=block.columns | {"address": written})


def rows_of(path: Path, rows_a_block: int = 1_000) -> Iterator[Row | RowProblem]:
    """Answer every row as text by column, or why it is none; what is wrong stands after the rows of its block.

    Raises:
        BadInput: as `blocks_of`.
    """
    for block in blocks_of(path, rows_a_block):
        names = list(block.columns)
        for cells in zip(*block.columns.values(), strict=True):
            yield dict(zip(names, cells, strict=True))
        yield from block.problems


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == _PARQUET
    except OSError as error:
        raise BadInput(f"{path} can not be opened: {error.strerror}; name a CSV or Parquet file") from error


def _parquet(path: Path, rows_a_block: int) -> Iterator[Block]:
    with duckdb.connect() as connection:
        try:
            found = connection.execute("select * from read_parquet(?) limit 0", [str(path)]).description
            names = [name for name, *_ in found or () if name.casefold() in (*COLUMNS, *ADDRESS_PARTS)]
            if not set(map(str.casefold, names)) & set(COLUMNS):
                raise BadInput(f"{path} has none of our columns; it should have some of: {', '.join(COLUMNS)}")
            wanted = ", ".join(f"""coalesce(cast("{name}" as varchar), '')""" for name in names)
            rows = connection.execute(f"select {wanted} from read_parquet(?)", [str(path)])  # noqa: S608 - our columns' names
            keys = [name.casefold() for name in names]
            while batch := rows.fetchmany(rows_a_block):
                columns = zip(keys, map(list, zip(*batch, strict=True)), strict=True)
                yield Block(len(batch), dict(columns))
        except duckdb.Error as error:
            raise BadInput(f"{path} can not be read as Parquet: {error}") from error
