"""The folder of one bulk run: columns, pairs and patterns in plain files that are mapped, and a note of how far it is.

Everything is appended, and what was appended after the last note is cut off when a run goes on: a kill loses one step.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dedup.linkage.columns import NAMES, WORDS_OF, Columns, Ints, Vocabulary, Words, nothing

_STATE = "state.json"
_BYTES = 8
_WORDS = ("names", "streets", "towns")
_ROWS_AT_ONCE = 100_000


class Workspace:
    """One run's files. Not safe for two processes at once; others may read what is complete (`Reading`)."""

    def __init__(self, folder: Path, key: str) -> None:
        """Open the folder and what is in it; begin anew where it belongs to another input or model (`key`)."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.state: dict[str, Any] = self.kept(_STATE) or {}
        if self.state.get("key") != key:
            self.clear()
            folder.mkdir(parents=True, exist_ok=True)
            self.note(key=key, rows=0, origins=0, pairs=0, words=[0, 0, 0], filled=[], found={})
        self._cut()
        self.vocabulary = _vocabulary(folder)

    def note(self, **changes: Any) -> None:
        """Remember how far the run is; what was written before is on disk."""
        self.state |= changes
        self.keep(_STATE, self.state)

    def keep(self, name: str, value: Any) -> None:
        """Remember something large by a name of its own."""
        new = self.folder / f"{name}.new"
        new.write_text(json.dumps(value), encoding="utf-8")
        new.replace(self.folder / name)

    def kept(self, name: str) -> Any:
        """Answer what was remembered; None where nothing was."""
        try:
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def clear(self) -> None:
        """Remove the folder and all of it."""
        shutil.rmtree(self.folder)
        self.state = {}

    @property
    def rows(self) -> int:
        """How many records are stored."""
        return int(self.state["rows"])

    def append(
        self, columns: Columns, origins: Sequence[tuple[str, str]], vocabulary: Vocabulary | None = None
    ) -> None:
        """Keep some records: their columns (those left out are of nothing), where they come from, and their words.

        `vocabulary`: whose numbers the columns have, if it is not the folder's own.
        """
        if vocabulary is not None:
            columns = columns | self._renumbered(columns, vocabulary)
        filled = set(self.state["filled"])
        for name, values in columns.items():
            if values.any():
                filled.add(name)
            self._append(f"{name}.col", values, self.rows * _BYTES, name in filled)
        text = "".join(f"{system}\0{source_id}\0" for system, source_id in origins).encode("utf-8", "surrogatepass")
        with (self.folder / "origins").open("ab") as out:
            out.write(text)
        ends = np.cumsum([len(f"{s}{i}".encode("utf-8", "surrogatepass")) + 2 for s, i in origins], dtype=np.int64)
        self._add("origins.col", ends + self.state["origins"])
        words = [self._add_words(name, before) for name, before in zip(_WORDS, self.state["words"], strict=True)]
        self.note(
            rows=self.rows + len(origins),
            origins=self.state["origins"] + len(text),
            words=words,
            filled=sorted(filled),
        )

    def _renumbered(self, columns: Columns, vocabulary: Vocabulary) -> Columns:
        own = {name: getattr(self.vocabulary, name).id for name in _WORDS}
        ids = {name: np.array([own[name](t) for t in getattr(vocabulary, name).texts]) for name in _WORDS}
        return {name: ids[words][columns[name]] for name, words in WORDS_OF.items()}

    def columns(self) -> Columns:
        """Answer all columns, mapped: nothing is read before it is used. Writing changes the files."""
        return _columns(self.folder, self.rows, self.state["filled"])

    def origins(self) -> Iterator[list[str]]:
        """Answer system and source id of every record, in order, some thousand records at once: one after the other."""
        with (self.folder / "origins").open("rb") as texts:
            ends, start = self._mapped("origins.col", self.rows), 0
            for low in range(0, self.rows, _ROWS_AT_ONCE):
                end = int(ends[min(low + _ROWS_AT_ONCE, self.rows) - 1])
                yield texts.read(end - start).decode("utf-8", "surrogatepass").split("\0")[:-1]
                start = end

    def origins_of(self, rows: Ints) -> list[tuple[str, str]]:
        """Answer (system, source id) of some records."""
        ends = self._mapped("origins.col", self.rows)
        upto = ends[rows].tolist()
        start = np.where(rows > 0, ends[rows - 1], 0).tolist()
        with (self.folder / "origins").open("rb") as file:
            texts = np.memmap(file, dtype=np.uint8, mode="r")
            found = []
            for low, high in zip(start, upto, strict=True):
                system, source_id, _ = texts[low:high].tobytes().decode("utf-8", "surrogatepass").split("\0")
                found.append((system, source_id))
        return found

    def add_found(self, pairs: Ints, rows_a_part: int) -> dict[str, int]:
        """Keep pairs that a pass found by ranges of left rows; answer how many each range has now, for the next note."""
        parts = (pairs >> 32) // rows_a_part
        order = np.argsort(parts, kind="stable")
        pairs, parts = pairs[order], parts[order]
        counts = dict(self.state["found"])
        cuts = np.flatnonzero(np.diff(parts)) + 1
        for some in np.split(np.arange(len(pairs)), cuts) if len(pairs) else ():
            name = found_name(int(parts[some[0]]))
            self._add(name, pairs[some[0] : some[-1] + 1])
            counts[name] = counts.get(name, 0) + len(some)
        return counts

    def append_pairs(self, pairs: Ints, patterns: Ints, part: int) -> None:
        """Keep compared pairs (left row in the upper half) with their patterns; all parts below `part` are done."""
        self._add("pairs.col", pairs)
        self._add("patterns.col", patterns)
        self.note(pairs=int(self.state["pairs"]) + len(pairs), part=part)

    def pairs(self) -> tuple[Ints, Ints]:
        """Answer (pairs, patterns), mapped."""
        count = int(self.state["pairs"])
        return self._mapped("pairs.col", count), self._mapped("patterns.col", count)

    def _add(self, name: str, values: Ints) -> None:
        with (self.folder / name).open("ab") as out:
            np.ascontiguousarray(values, dtype=np.int64).tofile(out)

    def _append(self, name: str, values: Ints, before: int, filled: bool) -> None:
        """A column that never had a value takes no room: its file is a hole."""
        with (self.folder / name).open("ab") as out:
            if filled:
                out.truncate(before)
                np.ascontiguousarray(values, dtype=np.int64).tofile(out)
            else:
                out.truncate(before + len(values) * _BYTES)

    def _mapped(self, name: str, count: int) -> Ints:
        return _mapped(self.folder / name, count)

    def _add_words(self, name: str, before: int) -> int:
        words: Words = getattr(self.vocabulary, name)
        path = self.folder / f"{name}.words"
        with path.open("a", encoding="utf-8") as out:
            out.writelines(f"{text}\n" for text in words.since(before + 1))
        return len(words) - 1

    def _cut(self) -> None:
        """Cut off what was written after the last note."""
        sizes = {f"{name}.col": self.rows * _BYTES for name in (*NAMES, "origins")}
        sizes |= {f"{name}.col": int(self.state["pairs"]) * _BYTES for name in ("pairs", "patterns")}
        sizes |= {path.name: self.state["found"].get(path.name, 0) * _BYTES for path in self.folder.glob("found-*.col")}
        sizes["origins"] = int(self.state["origins"])
        for name, size in sizes.items():
            path = self.folder / name
            if path.is_file() and path.stat().st_size > size:
                os.truncate(path, size)
        for name, count in zip(_WORDS, self.state["words"], strict=True):
            kept = _words(self.folder, name)
            if len(kept) > count:
                (self.folder / f"{name}.words").write_text("".join(f"{w}\n" for w in kept[:count]), encoding="utf-8")


class Reading:
    """What is complete of a run's folder, for the processes that work on it."""

    def __init__(self, folder: Path, rows: int, filled: Sequence[str]) -> None:
        self.folder = folder
        self.columns = _columns(folder, rows, filled)
        self.vocabulary = _vocabulary(folder)

    def found(self, name: str) -> Ints:
        """Answer the pairs that the passes found in one range of left rows, each once, in order."""
        path = self.folder / name
        return np.unique(np.fromfile(path, dtype=np.int64)) if path.is_file() else np.zeros(0, dtype=np.int64)


def found_name(part: int) -> str:
    """Answer the file of the pairs that were found in one range of left rows."""
    return f"found-{part}.col"


def _columns(folder: Path, rows: int, filled: Sequence[str]) -> Columns:
    return {name: _mapped(folder / f"{name}.col", rows) if name in filled else nothing(rows) for name in NAMES}


def _mapped(path: Path, count: int) -> Ints:
    return np.memmap(path, dtype=np.int64, mode="r+", shape=(count,)) if count else np.zeros(0, dtype=np.int64)


def _vocabulary(folder: Path) -> Vocabulary:
    return Vocabulary(*(Words(_words(folder, name)) for name in _WORDS))


def _words(folder: Path, name: str) -> list[str]:
    path = folder / f"{name}.words"
    return path.read_text(encoding="utf-8").split("\n")[:-1] if path.is_file() else []
