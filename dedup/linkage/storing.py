"""The folder of one bulk run: columns, pairs and patterns in plain files that are mapped, and a note of how far it is.

Everything is appended, and what was appended after the last note is cut off when a run goes on: a kill loses one step.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dedup.linkage.columns import NAMES, Columns, Ints, Vocabulary, Words

_STATE = "state.json"
_BYTES = 8
_WORDS = ("names", "streets", "towns")


class Workspace:
    """One run's files. Not safe for two processes at once."""

    def __init__(self, folder: Path, key: str) -> None:
        """Open the folder and what is in it; begin anew where it belongs to another input or model (`key`)."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.state: dict[str, Any] = self._read()
        if self.state.get("key") != key:
            self.clear()
            folder.mkdir(parents=True, exist_ok=True)
            self.note(key=key, rows=0, origins=0, pairs=0, words=[0, 0, 0], left=0)
        self._cut()
        self.vocabulary = Vocabulary(*(Words(self._words(name)) for name in _WORDS))

    def note(self, **changes: Any) -> None:
        """Remember how far the run is; what was written before is on disk."""
        self.state |= changes
        new = self.folder / f"{_STATE}.new"
        new.write_text(json.dumps(self.state), encoding="utf-8")
        new.replace(self.folder / _STATE)

    def clear(self) -> None:
        """Remove the folder and all of it."""
        shutil.rmtree(self.folder)
        self.state = {}

    @property
    def rows(self) -> int:
        """How many records are stored."""
        return int(self.state["rows"])

    def append(self, columns: Columns, origins: Sequence[tuple[str, str]]) -> None:
        """Keep some records: their columns, where they come from, and the words that they brought."""
        for name in NAMES:
            self._add(f"{name}.col", columns[name])
        with (self.folder / "origins.csv").open("a", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(origins)
            out.flush()
            size = out.tell()
        words = [self._add_words(name, before) for name, before in zip(_WORDS, self.state["words"], strict=True)]
        self.note(rows=self.rows + len(origins), origins=size, words=words)

    def columns(self) -> Columns:
        """Answer all columns, mapped: nothing is read before it is used. Writing changes the files."""
        return {name: self._mapped(f"{name}.col", self.rows) for name in NAMES}

    def origins(self) -> Iterator[tuple[str, str]]:
        """Answer (system, source id) of every record, in order."""
        with (self.folder / "origins.csv").open(encoding="utf-8", newline="") as lines:
            yield from ((system, source_id) for system, source_id in csv.reader(lines))

    def append_pairs(self, pairs: Ints, patterns: Ints, left: int) -> None:
        """Keep compared pairs (left row in the upper half) with their patterns; all left rows below `left` are done."""
        self._add("pairs.col", pairs)
        self._add("patterns.col", patterns)
        self.note(pairs=int(self.state["pairs"]) + len(pairs), left=left)

    def pairs(self) -> tuple[Ints, Ints]:
        """Answer (pairs, patterns), mapped."""
        count = int(self.state["pairs"])
        return self._mapped("pairs.col", count), self._mapped("patterns.col", count)

    def _add(self, name: str, values: Ints) -> None:
        with (self.folder / name).open("ab") as out:
            np.ascontiguousarray(values, dtype=np.int64).tofile(out)

    def _mapped(self, name: str, count: int) -> Ints:
        path = self.folder / name
        if not count:
            return np.zeros(0, dtype=np.int64)
        return np.memmap(path, dtype=np.int64, mode="r+", shape=(count,))

    def _words(self, name: str) -> list[str]:
        path = self.folder / f"{name}.words"
        return path.read_text(encoding="utf-8").split("\n")[:-1] if path.is_file() else []

    def _add_words(self, name: str, before: int) -> int:
        words: Words = getattr(self.vocabulary, name)
        path = self.folder / f"{name}.words"
        with path.open("a", encoding="utf-8") as out:
            out.writelines(f"{text}\n" for text in words.since(before + 1))
        return len(words) - 1

    def _cut(self) -> None:
        """Cut off what was written after the last note."""
        sizes = {f"{name}.col": self.rows * _BYTES for name in NAMES}
        sizes |= {f"{name}.col": int(self.state["pairs"]) * _BYTES for name in ("pairs", "patterns")}
        sizes["origins.csv"] = int(self.state["origins"])
        for name, size in sizes.items():
            path = self.folder / name
            if path.is_file() and path.stat().st_size > size:
                os.truncate(path, size)
        for name, count in zip(_WORDS, self.state["words"], strict=True):
            kept = self._words(name)
            if len(kept) > count:
                (self.folder / f"{name}.words").write_text("".join(f"{w}\n" for w in kept[:count]), encoding="utf-8")

    def _read(self) -> dict[str, Any]:
        path = self.folder / _STATE
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
