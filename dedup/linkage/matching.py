"""A whole file matched: columns, passes, pairs, weights, clusters, in steps that a stopped run goes on from."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np

from archive.directory_file import RowProblem
from archive.durable import written_whole
from archive.errors import BadInput
from dedup.linkage import pairing
from dedup.linkage.chance import chance_of
from dedup.linkage.columns import Columns, Ints, columns_of, take
from dedup.linkage.deciding_pairs import Decided, decide
from dedup.linkage.keys import PASSES, blocking_keys
from dedup.linkage.learning import junk_of, lexicon_of
from dedup.linkage.levels import compare
from dedup.linkage.model import KINDS, Model
from dedup.linkage.names import Lexicon
from dedup.linkage.reading import Row, rows_of
from dedup.linkage.records import ORGANISATION, PERSON, record_of
from dedup.linkage.storing import Workspace
from dedup.linkage.training import Patterns, fit, kinds_of, packed, unpacked

Told = Callable[[str, int, int | None], None]
"""Hears how far a step is: its name, done, of how many (None: not known yet)."""
_ROWS_AT_ONCE = 20_000
_PAIRS_AT_ONCE = 250_000
_LEFT_AT_ONCE = 200_000
_LEARNT_FROM = 1_000_000
_MEMORY = "2GB"


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found, for whoever started it."""

    records: int
    refused_rows: int
    pairs: int
    clusters: int
    joined: int
    review: int
    model: str
    passes: list[pairing.PassReport] = field(default_factory=list)


def train(files: Sequence[Path], work: Path, told: Told) -> Model:
    """Answer a model learnt from these files' records, without labels. Goes on where an earlier call was stopped.

    Raises:
        BadInput: a file can not be read, or there are no records in them.
    """
    with _opened(work, files, "") as (space, connection):
        lexicon = _columns(files, space, None, told)
        _passes(space, connection, told)
        _compare(space, connection, lexicon, told)
        return _fitted(space, lexicon)


def run(file: Path, output: Path, work: Path, model: Model | None, told: Told) -> Report:
    """Write who is who among a file's records: system, source_id, cluster_id, probability. Touches no directory.

    Without a model one is learnt from the file. Beside the output stands a list for review. Goes on where an earlier
    call was stopped; the working folder goes when all is written.

    Raises:
        BadInput: the file can not be read, or there are no records in it.
    """
    with _opened(work, [file], model.version if model else "") as (space, connection):
        lexicon = _columns([file], space, model, told)
        passes = _passes(space, connection, told)
        _compare(space, connection, lexicon, told)
        model = model or _fitted(space, lexicon)
        pairs, patterns = space.pairs()
        told("deciding", 0, 1)
        decided = decide(pairs, patterns, _counts(space), model)
        told("deciding", 1, 1)
        _write(output, space, decided)
        sizes = np.bincount(decided.labels)
        report = Report(
            space.rows,
            int(space.state.get("refused", 0)),
            len(pairs),
            int((sizes > 0).sum()),
            space.rows - int((sizes > 0).sum()),
            len(decided.review),
            model.version,
            passes,
        )
    space.clear()
    return report


@contextmanager
def _opened(work: Path, files: Sequence[Path], version: str) -> Iterator[tuple[Workspace, duckdb.DuckDBPyConnection]]:
    space = Workspace(work, _key(files, version))
    connection = duckdb.connect(str(work / "match.duckdb"))
    try:
        connection.execute(f"set memory_limit = '{_MEMORY}'")
        connection.execute("set temp_directory = ?", [str(work / "spill")])
        connection.execute("set preserve_insertion_order = false")
        yield space, connection
    finally:
        connection.close()


def _key(files: Sequence[Path], version: str) -> str:
    """What a working folder belongs to: these files as they are, and this model."""
    parts = [version, ",".join(PASSES)]
    for path in files:
        try:
            known = path.stat()
        except OSError as error:
            raise BadInput(f"{path} can not be opened: {error.strerror}; name a CSV or Parquet file") from error
        parts += [str(path.resolve()), str(known.st_size), str(known.st_mtime_ns)]
    return sha256("\n".join(parts).encode()).hexdigest()


def _columns(files: Sequence[Path], space: Workspace, model: Model | None, told: Told) -> Lexicon:
    """Every record as columns; what the data say of themselves comes first, or from the model."""
    lexicon = model.lexicon if model else _lexicon(files, space, told)
    if not space.state.get("columns"):
        told("records", space.rows, None)
        refused = 0
        rows = (row for path in files for row in rows_of(path))
        usable: list[Row] = []
        done = space.rows
        seen = 0
        for item in rows:
            if isinstance(item, RowProblem):
                refused += 1
                continue
            seen += 1
            if seen <= done:
                continue
            usable.append(item)
            if len(usable) >= _ROWS_AT_ONCE:
                _store(usable, space, lexicon)
                usable = []
                told("records", space.rows, None)
        _store(usable, space, lexicon)
        if not space.rows:
            raise BadInput("there is not one record to match")
        columns = space.columns()
        _clean(columns, model.junk if model else _junk(space, columns))
        space.note(columns=True, refused=refused)
        told("records", space.rows, space.rows)
    return lexicon


def _store(rows: list[Row], space: Workspace, lexicon: Lexicon) -> None:
    if rows:
        columns = columns_of([record_of(row, lexicon) for row in rows], space.vocabulary)
        space.append(columns, [(row.get("system", ""), row.get("source_id", "")) for row in rows])


def _lexicon(files: Sequence[Path], space: Workspace, told: Told) -> Lexicon:
    if "lexicon" not in space.state:
        items = (item for path in files for item in rows_of(path))
        rows = list(islice((i for i in items if not isinstance(i, RowProblem)), _LEARNT_FROM))
        told("names", 0, len(rows))
        space.note(lexicon=asdict(lexicon_of(rows)))
        told("names", len(rows), len(rows))
    return Lexicon(**space.state["lexicon"])


def _junk(space: Workspace, columns: Columns) -> dict[str, tuple[int, ...]]:
    if "junk" not in space.state:
        space.note(junk=junk_of(columns))
    return {name: tuple(values) for name, values in space.state["junk"].items()}


def _clean(columns: Columns, junk: object) -> None:
    """Values that mean nothing, taken out of the stored columns; safe to repeat."""
    assert isinstance(junk, dict)
    for name, values in columns.items():
        found = junk.get(name.rstrip("0123456789"), ())
        if found:
            values[np.isin(values, found)] = 0


def _passes(space: Workspace, connection: duckdb.DuckDBPyConnection, told: Told) -> list[pairing.PassReport]:
    reports = [pairing.PassReport(*line) for line in space.state.get("passes", [])]
    if space.state.get("paired"):
        return reports
    if not reports:
        pairing.begin(connection)
    keys = blocking_keys(space.columns(), space.vocabulary, PASSES)
    for at, (name, make) in enumerate(keys):
        if at < len(reports):
            continue
        told("passes", at, len(PASSES))
        reports.append(pairing.run_pass(connection, name, make()))
        space.note(passes=[list(asdict(r).values()) for r in reports])
    told("passes", len(PASSES), len(PASSES))
    space.note(paired=pairing.finish(connection) or True)
    return reports


def _compare(space: Workspace, connection: duckdb.DuckDBPyConnection, lexicon: Lexicon, told: Told) -> None:
    if space.state.get("compared"):
        return
    columns, total = space.columns(), int(space.state["paired"])
    told("pairs", int(space.state["pairs"]), total)
    start = int(space.state["left"])
    for upto, pairs in pairing.chunks(connection, space.rows, _LEFT_AT_ONCE, start):
        patterns = [_patterns(pairs[i : i + _PAIRS_AT_ONCE], columns, space, lexicon) for i in _steps(len(pairs))]
        space.append_pairs(pairs, np.concatenate(patterns) if patterns else pairs, upto)
        told("pairs", int(space.state["pairs"]), total)
    space.note(compared=True)


def _steps(count: int) -> Iterable[int]:
    return range(0, count, _PAIRS_AT_ONCE)


def _patterns(pairs: Ints, columns: Columns, space: Workspace, lexicon: Lexicon) -> Ints:
    left, right = take(columns, pairs >> 32), take(columns, pairs & 0xFFFFFFFF)
    kinds = np.where(left["kind"] == right["kind"], left["kind"], 2)
    return packed(compare(left, right, space.vocabulary, lexicon), kinds)


def _counts(space: Workspace) -> tuple[int, int]:
    kinds = space.columns()["kind"]
    return int((kinds == PERSON).sum()), int((kinds == ORGANISATION).sum())


def _fitted(space: Workspace, lexicon: Lexicon) -> Model:
    columns = space.columns()
    _, patterns = space.pairs()
    found, counts = np.unique(patterns, return_counts=True)
    codes, kinds = unpacked(found), kinds_of(found)
    weights = []
    for kind in range(len(KINDS)):
        own, mine = np.flatnonzero(columns["kind"] == kind), kinds == kind
        chance = chance_of(take(columns, own), space.vocabulary, lexicon)
        weights.append(fit(Patterns(codes[mine], counts[mine].astype(np.float64)), chance, len(own), kind))
    junk = {name: tuple(values) for name, values in space.state.get("junk", {}).items()}
    return Model(weights[0], weights[1], lexicon, junk, space.rows)


def _write(output: Path, space: Workspace, decided: Decided) -> None:
    """The clusters and, beside them, the pairs for review; each file appears whole or not at all."""
    origins = list(space.origins())
    names = {row: f"{system}:{source}" if system else source for row, (system, source) in enumerate(origins)}
    with written_whole(output) as out:
        lines = csv.writer(out)
        lines.writerow(("system", "source_id", "cluster_id", "probability"))
        for at, (system, source_id) in enumerate(origins):
            lines.writerow((system, source_id, names[int(decided.labels[at])], f"{decided.certainty[at]:.6f}"))
    with written_whole(output.with_name(f"{output.stem}.review.csv")) as out:
        lines = csv.writer(out)
        lines.writerow(("system", "source_id", "other_system", "other_source_id", "probability", "why"))
        for one in decided.review:
            chance = 1 / (1 + np.exp(-one.odds))
            lines.writerow((*origins[one.left], *origins[one.right], f"{chance:.6f}", one.why))
