"""Reading a customer file: compressed or not, in its own encoding and with its own delimiter, row by row.

A damaged row is reported and the rest goes on. A quote that was never closed does not swallow the rows after it:
the reader gives up on that row after a few lines and goes on with the next physical line.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from charset_normalizer import from_bytes

from archive.errors import BadInput

COLUMNS = (
    "system", "source_id", "kind", "surname", "given_name", "patronymic", "full_name", "birth_date", "tax_id",
    "passport", "registration_number", "phones", "emails", "address", "former_address", "accounts", "contracts",
    "points_of_delivery", "meters", "branch",
)  # fmt: skip
ADDRESS_PARTS = (
    "country", "region", "district", "settlement", "street", "house", "building", "flat", "postcode",
)  # fmt: skip
"""Columns of exports that give an address apart, beside `address` or instead of it."""
_DELIMITERS = ",;\t|"
_SAMPLE_BYTES = 1 << 18
_STEP_BYTES = 1 << 12
_COUNT_BYTES = 1 << 20
_LINES_A_ROW = 50
_OPEN_QUOTE = (
    "a quoted cell is not closed where it should be",
    "close the quote, or double it inside a quoted cell, and import again",
)
_BROKEN = re.compile("[\udc80-\udcff\x00]")
_GZIP_MAGIC = b"\x1f\x8b"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row (or one value of it) that could not be used: where, why, and what to do. `lost` is False for a warning."""

    line: int
    reason: str
    remedy: str
    lost: bool = True


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row as it came: the physical line it starts on (from 1) and its cells by column."""

    line: int
    cells: dict[str, str]


class _RunAway(Exception):
    """A quoted cell goes on for too many lines: its closing quote is missing."""


class _Lines:
    """Physical lines, numbered, that can be given back."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = iter(stream)
        self._back: deque[str] = deque()
        self._failed: Exception | None = None
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _LINES_A_ROW:
            raise _RunAway
        if self._failed is not None and not self._back:
            raise self._failed
        line = self._back.popleft() if self._back else next(self._stream)
        self.taken.append(line)
        self.number += 1
        return line

    def block(self, count: int) -> list[str]:
        """The next lines, so many at the most; what can not be read is said to whoever asks for the line after them."""
        lines = [self._back.popleft() for _ in range(min(count, len(self._back)))]
        if self._failed is None:
            try:
                lines.extend(islice(self._stream, count - len(lines)))
            except (EOFError, OSError, UnicodeError, zlib.error) as error:
                self._failed = error
        self.number += len(lines)
        return lines

    @property
    def failed(self) -> bool:
        """Whether there is more that can not be read."""
        return self._failed is not None

    def give_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)

    def give_back_all_but_first(self) -> None:
        self._back.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows as columns, and what was wrong with the others among them."""

    rows: int
    columns: dict[str, list[str]]
    problems: tuple[RowProblem, ...] = ()


def read_rows(path: Path) -> Iterator[FileRow | RowProblem]:
    """Every row of a CSV or CSV.gz file, or why it is none, in the file's order.

    Raises:
        BadInput: there is no such file, or its first line names no column that we know.
    """
    with _opened(path) as lines:
        yield from _rows(lines, *_header(path, lines))


def read_blocks(path: Path, lines_a_block: int) -> Iterator[Block]:
    """The same rows and problems as `read_rows`, many at once: some five times as fast where nothing is wrong.

    Raises:
        BadInput: as `read_rows`.
    """
    with _opened(path) as lines:
        header, delimiter = _header(path, lines)
        while True:
            taken = lines.block(lines_a_block)
            if not taken and not lines.failed:
                return
            block = _sound_block(taken, header, delimiter) if taken else None
            if block is not None:
                yield block
                continue
            lines.give_back(taken)
            items = list(islice(_rows(lines, header, delimiter), lines_a_block))
            yield _as_block(items, header)
            if len(items) < lines_a_block:
                return


def _sound_block(lines: list[str], header: list[str], delimiter: str) -> Block | None:
    """Lines of which each is one row and nothing is wrong with any; None where they have to be read with care."""
    text = "".join(lines)
    if _BROKEN.search(text) or lines[-1].count('"') % 2:
        return None
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return None
    width = len(header)
    if len(rows) != len(lines) or any(len(row) != width for row in rows) or not all(map(any, rows)):
        return None
    return _columns(rows, header)


def _as_block(items: list[FileRow | RowProblem], header: list[str]) -> Block:
    rows = [item for item in items if isinstance(item, FileRow)]
    names = dict.fromkeys(name for name in header if name)
    columns = {name: [row.cells[name] for row in rows] for name in names}
    return Block(len(rows), columns, tuple(item for item in items if isinstance(item, RowProblem)))


def _columns(rows: list[list[str]], header: list[str]) -> Block:
    columns = zip(header, zip(*rows, strict=True), strict=True)
    return Block(len(rows), {name: [cell.strip() for cell in cells] for name, cells in columns if name})


def _header(path: Path, lines: _Lines) -> tuple[list[str], str]:
    """The columns' names, and the delimiter."""
    try:
        first = next(lines, "")
    except (EOFError, OSError, zlib.error) as error:
        raise BadInput(f"{path} can not be read: {error}; copy it again from where it came from") from error
    delimiter = _delimiter(first)
    header = [name.strip().casefold() for name in next(csv.reader([first], delimiter=delimiter), [])]
    _check_header(path, header)
    return header, delimiter


def count_lines(path: Path) -> int:
    """About how many rows a file holds, for whoever waits: its lines but the first; 0 where it can not be read.

    A cell may go on over several lines, so there may be fewer rows. Takes some hundredths of the time of the import.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == _GZIP_MAGIC
            stream = gzip.GzipFile(fileobj=raw) if packed else raw
            count = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(_COUNT_BYTES), b""))
    except (EOFError, OSError, zlib.error):
        return 0  # the import says what is wrong
    return max(count - 1, 0)


@contextmanager
def _opened(path: Path) -> Iterator[_Lines]:
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BadInput(f"{path} can not be opened: {error.strerror}; name a CSV or CSV.gz file") from error
    with raw:
        stream: BinaryIO = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == _GZIP_MAGIC else raw  # type: ignore[assignment]
        try:
            sample = _sample(stream)
        except (EOFError, OSError, zlib.error) as error:
            raise BadInput(f"{path} can not be unpacked: {error}; pack it again as gzip") from error
        stream.seek(0)
        # surrogateescape: bytes of another encoding are found row by row, instead of ending the file.
        yield _Lines(io.TextIOWrapper(stream, encoding=_encoding(sample), errors="surrogateescape", newline=""))


def _sample(stream: BinaryIO) -> bytes:
    """The file's beginning; of one that was cut short, as much as there is."""
    sample = b""
    while len(sample) < _SAMPLE_BYTES:
        try:
            more = stream.read(_STEP_BYTES)
        except (EOFError, OSError, zlib.error):
            if sample:
                break
            raise
        if not more:
            break
        sample += more
    return sample


def _encoding(sample: bytes) -> str:
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name
    whole_lines = sample[: sample.rfind(b"\n") + 1] or sample
    try:
        whole_lines.decode("utf-8")
    except UnicodeDecodeError:
        broken = sum(any(0xDC80 <= ord(c) <= 0xDCFF for c in line) for line in _escaped(whole_lines))
        if broken * 10 < whole_lines.count(b"\n") + 1:
            return "utf-8"  # a few damaged rows in a file of ours, not another encoding
        best = from_bytes(whole_lines[:20_000], cp_isolation=["cp1251", "koi8_r", "cp866", "cp1252"]).best()
        return best.encoding if best else "cp1251"
    return "utf-8"


def _escaped(sample: bytes) -> list[str]:
    return sample.decode("utf-8", errors="surrogateescape").split("\n")


def _delimiter(first: str) -> str:
    """The delimiter that makes the most columns we know: counting signs would be fooled by lists inside cells."""

    def known(delimiter: str) -> int:
        names = next(csv.reader([first], delimiter=delimiter), [])
        return sum(name.strip().casefold() in COLUMNS for name in names)

    return max(_DELIMITERS, key=known)


def _check_header(path: Path, header: list[str]) -> None:
    if not set(header) & set(COLUMNS):
        raise BadInput(
            f"{path}: the first line names none of our columns; it should name some of: {', '.join(COLUMNS)}"
        )
    twice = sorted({name for name in header if header.count(name) > 1 and name})
    if twice:
        raise BadInput(f"{path}: the first line names a column twice ({', '.join(twice)}); keep one of each")


def _rows(lines: _Lines, header: list[str], delimiter: str) -> Iterator[FileRow | RowProblem]:
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.taken, start = [], lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (EOFError, OSError, UnicodeError, zlib.error) as error:
            yield RowProblem(start, f"the file ends before its end: {error}", "copy the file again and import it again")
            return
        except (_RunAway, csv.Error) as error:
            lines.give_back_all_but_first()
            reader = csv.reader(lines, delimiter=delimiter)
            yield RowProblem(start, str(error) or _OPEN_QUOTE[0], _OPEN_QUOTE[1])
            continue
        if not any(cells):
            continue
        said = "".join(lines.taken)
        if len(lines.taken) > 1 and (len(cells) != len(header) or said.count('"') % 2):
            lines.give_back_all_but_first()
            reader = csv.reader(lines, delimiter=delimiter)
            yield RowProblem(start, *_OPEN_QUOTE)
            continue
        yield _row(start, header, cells, said)


def _row(line: int, header: list[str], cells: list[str], said: str) -> FileRow | RowProblem:
    if len(cells) != len(header):
        reason = f"the row has {len(cells)} cells where the first line names {len(header)} columns"
        return RowProblem(line, reason, "quote cells that contain the delimiter, and give every column a cell")
    if not said.isprintable() and _BROKEN.search(said):
        return RowProblem(line, "the row has bytes that are no text in the file's encoding", "save the file as UTF-8")
    return FileRow(line, {name: cell.strip() for name, cell in zip(header, cells, strict=True) if name})
