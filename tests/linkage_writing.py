"""Rows into files of the import's columns, as tests of linkage need them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from archive.directory_file import COLUMNS


def written(rows: Iterable[Mapping[str, str]], path: Path, columns: Sequence[str] = COLUMNS) -> Path:
    """Write a CSV of all the import's columns, or of others; answer where."""
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.DictWriter(out, columns, restval="")
        lines.writeheader()
        lines.writerows(rows)
    return path
