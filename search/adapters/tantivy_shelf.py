"""Where a tantivy index stands on disk: numbered generations, one of them current; one writer, any readers.

    <root>/current        JSON: which generation is current, the layout it was made with, the archive it is made from
    <root>/00000001/      a tantivy index
    <root>/writing.lock   held (flock) by the one process that writes

A reader looks at `current` and at the index's own `meta.json` before each question (two stat calls), so it sees a
commit or a new generation at once, without a watching thread.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import tantivy

from archive.durable import sync
from archive.errors import EngineAway
from search.adapters.tantivy_layout import Layout
from search.ports import ANY_ORIGIN, AnotherWrites, NotBuilt, Origin, none_there, why_not

_LOG = logging.getLogger(__name__)
_HEAP_BYTES = 64_000_000
_LOOKUP = 500
_SEQUENCE_KEY = "sequence"


class Shelf:
    """The generations of one index. Safe to use from many threads."""

    def __init__(self, root: Path, layout: Layout, origin: Origin = ANY_ORIGIN) -> None:
        self.root = root
        self.layout = layout
        self._origin = origin
        self._pointer_name = str(self._pointer)
        self._guard = threading.Lock()
        self._seen: tuple[Any, ...] = ()
        self._index: Any = None
        self._searcher: Any = None

    def searcher(self) -> Any:
        """A searcher that sees every commit made before this call. Raises EngineAway where it cannot be opened, `NotBuilt`."""
        for attempts_left in (2, 1, 0):
            try:
                return self._up_to_date()
            except NotBuilt:
                if not attempts_left:
                    raise
            except (OSError, ValueError) as error:
                # Between reading `current` and opening, a new generation may have taken its place.
                if not attempts_left:
                    raise EngineAway(f"the index {self.root} does not open ({error}): run `dossier reindex`") from error
        raise AssertionError("unreachable")

    def _up_to_date(self) -> Any:
        with self._guard:
            seen = self._stamps()
            if seen != self._seen:
                self._reopen()
                self._seen = seen
            return self._searcher

    def _stamps(self) -> tuple[Any, ...]:
        """What changes with every commit and every new generation. Asked at every question, so no `Path` is made."""
        try:
            pointer = os.stat(self._pointer_name)  # noqa: PTH116
        except FileNotFoundError:
            self._expect_empty()
            self.point_at(self.next_generation())
            return self._stamps()
        same = self._seen[:2] == (pointer.st_ino, pointer.st_mtime_ns)
        generation, meta = self._seen[2:4] if same else self._meta_of_current()
        state = os.stat(meta)  # noqa: PTH116
        return pointer.st_ino, pointer.st_mtime_ns, generation, meta, state.st_ino, state.st_mtime_ns

    def _meta_of_current(self) -> tuple[str, str]:
        """The current generation and the file that each of its commits replaces; made where nothing is to be in it."""
        generation = self.generation()
        meta = self.root / generation / "meta.json"
        if not meta.exists():
            self._expect_empty()
            self.layout.opened(meta.parent)
        return generation, str(meta)

    def _expect_empty(self) -> None:
        if not self._origin.is_empty():
            raise none_there(str(self.root))

    def _reopen(self) -> None:
        generation = self.generation()
        if self._index is None or not self._seen or self._seen[2] != generation:
            self._index = self.layout.opened(self.root / generation)
        self._index.reload()
        self._searcher = self._index.searcher()

    @property
    def _pointer(self) -> Path:
        return self.root / "current"

    def generation(self) -> str:
        """The name of the current generation. Raises NotBuilt where it has another layout or is of another archive."""
        state = json.loads(self._pointer.read_text())
        ours = (self.layout.version, self._origin.identity())
        if refusal := why_not((state["layout"], state.get("origin", "")), ours, str(self.root)):
            raise refusal
        return str(state["generation"])

    def next_generation(self) -> str:
        """A name that no generation has had that is still there."""
        numbers = [int(path.name) for path in self.root.glob("[0-9]*") if path.name.isdigit()]
        return f"{max(numbers, default=0) + 1:08}"

    def point_at(self, generation: str) -> None:
        """Make a generation current: atomic, and durable before the old one may go."""
        self.root.mkdir(parents=True, exist_ok=True)
        temporary = self.root / f"current.{os.getpid()}.{threading.get_ident()}"
        with temporary.open("w") as file:
            told = {"layout": self.layout.version, "origin": self._origin.identity()}
            json.dump({"generation": generation, **told}, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._pointer)
        sync(self.root)

    def current_path(self) -> Path:
        """The folder of the current generation, which is made where there is none."""
        self.searcher()
        return self.root / self.generation()

    def clear_all_but_current(self) -> None:
        """Remove what a swap or a broken-off rebuild left. Only under the write lock; readers keep what is open."""
        current = json.loads(self._pointer.read_text())["generation"] if self._pointer.exists() else ""
        for path in self.root.glob("[0-9]*"):
            if path.name != current:
                shutil.rmtree(path, ignore_errors=True)

    def lock(self) -> int:
        """Take the write lock; answers its file descriptor. Raises AnotherWrites where another holds it."""
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root / "writing.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise AnotherWrites(f"another process writes the index {self.root}; try again") from error
        return descriptor


def not_written(path: Path, error: Exception) -> EngineAway:
    """What is told of an index that takes nothing: most often its disk is full."""
    return EngineAway(f"the index {path} cannot be written: {error}; see that its disk has space, then try again")


class Pen:
    """The writer of one generation: keeps the newest version of each thing, and tombstones."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._path = path
        self._index = layout.opened(path)
        self._schema = layout.schema
        try:
            self._writer = self._index.writer(_HEAP_BYTES, 1)
        except ValueError as error:
            raise not_written(path, error) from error
        self._pending: dict[int, int] = {}
        self._refresh()

    def _refresh(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()
        self._pending.clear()

    def put(self, things: Iterable[tuple[int, int, Callable[[], Any]]]) -> int:
        """Write (id, version, how to make the document) where nothing newer is held; answers how many were."""
        return self._write(((key, 2 * version, make) for key, version, make in things))

    def delete(self, gone: Iterable[tuple[int, int]]) -> int:
        """Write tombstones for (id, version) where nothing newer is held; answers how many were."""
        return self._write(((key, 2 * version + 1, tantivy.Document) for key, version in gone))

    def _write(self, things: Iterable[tuple[int, int, Callable[[], Any]]]) -> int:
        """Ranks order versions and deletions in one row: 2 v for version v, 2 v + 1 for its deletion."""
        written = 0
        batch = list(things)
        for start in range(0, len(batch), _LOOKUP):
            some = batch[start : start + _LOOKUP]
            held = self._held([key for key, _, _ in some])
            for key, rank, make in some:
                before = self._pending.get(key, held.get(key))
                if before is None or rank >= before:
                    self._replace(key, rank, make(), is_new=before is None)
                    written += 1
        return written

    def _replace(self, key: int, rank: int, document: Any, is_new: bool) -> None:
        try:
            if not is_new:
                self._writer.delete_documents_by_term("key", str(key))
            self._add(str(key), key, rank, document)
        except ValueError as error:
            raise not_written(self._path, error) from error
        self._pending[key] = rank

    def _add(self, name: str, key: int, rank: int, document: Any) -> None:
        document.add_text("key", name)
        document.add_unsigned("id", key)
        document.add_unsigned("rank", rank)
        self._writer.add_document(document)

    def _held(self, keys: list[int]) -> dict[int, int]:
        """The ranks of those of the keys that were committed."""
        if not self._searcher.num_docs:
            return {}
        query = tantivy.Query.term_set_query(self._schema, "key", [str(key) for key in keys])
        places = [place for _, place in self._searcher.search(query, limit=len(keys), count=False).hits]
        ids = self._searcher.fast_field_values("id", places)
        return dict(zip(ids, self._searcher.fast_field_values("rank", places), strict=True))

    def commit(self, sequence: int) -> None:
        """Make durable and visible; remembers the highest sequence."""
        try:
            if sequence > committed_sequence(self._searcher, self._schema):
                self._writer.delete_documents_by_term("key", _SEQUENCE_KEY)
                self._add(_SEQUENCE_KEY, 0, sequence, tantivy.Document())
            self._writer.commit()
        except ValueError as error:
            raise not_written(self._path, error) from error
        self._refresh()

    def close(self) -> None:
        """Let running merges end, and the engine's own lock go. What was not committed is forgotten."""
        try:
            # Only then: it breaks off the merges too, and an index that is never merged gets a segment with every turn.
            if self._pending:
                self._writer.rollback()
            self._writer.wait_merging_threads()
        except ValueError:
            # A writer that has failed cannot be rolled back; what is on disk is its last commit all the same.
            _LOG.warning("the index's writer did not end well", exc_info=True)
        self._writer = None


def committed_sequence(searcher: Any, schema: Any) -> int:
    """The highest sequence that this searcher's commit was marked with, 0 for none."""
    query = tantivy.Query.term_query(schema, "key", _SEQUENCE_KEY)
    places = [place for _, place in searcher.search(query, limit=1, count=False).hits]
    return int(searcher.fast_field_values("rank", places)[0] or 0) if places else 0
