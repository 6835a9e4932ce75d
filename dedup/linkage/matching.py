"""A whole file matched: columns, passes, pairs, weights, clusters, in steps that a stopped run goes on from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import duckdb
import numpy as np

from archive.errors import BadInput
from dedup.linkage import pairing
from dedup.linkage.chance import chance_of
from dedup.linkage.columns import Ints, take
from dedup.linkage.deciding_pairs import decide
from dedup.linkage.gathering import gather
from dedup.linkage.keys import PASSES, blocking_keys
from dedup.linkage.model import KINDS, Model
from dedup.linkage.names import Lexicon
from dedup.linkage.patterns import Compared, compared, kinds_of, patterns_of, unpacked
from dedup.linkage.records import ORGANISATION, PERSON
from dedup.linkage.reporting import Report as Report
from dedup.linkage.reporting import report_of, write
from dedup.linkage.storing import Reading, Workspace, found_name
from dedup.linkage.training import Patterns, fit
from dedup.linkage.working import Told as Told
from dedup.linkage.working import in_order

_PAIRS_AT_ONCE = 250_000
_LEFT_AT_ONCE = 50_000
_MEMORY = "2GB"


def train(files: Sequence[Path], work: Path, told: Told) -> Model:
    """Answer a model learnt from these files' records, without labels. Goes on where an earlier call was stopped.

    Raises:
        BadInput: a file can not be read, or there are no records in them.
    """
    with _opened(work, files, "") as (space, connection):
        lexicon = gather(files, space, None, told)
        _passes(space, connection, told)
        _compare(space, lexicon, told)
        return _fitted(space, compared(*space.pairs(), space.folder), lexicon, told)


def run(file: Path, output: Path, work: Path, model: Model | None, told: Told) -> Report:
    """Write who is who among a file's records: system, source_id, cluster_id, probability. Touches no directory.

    Without a model one is learnt from the file. Beside the output stands a list for review. Goes on where an earlier
    call was stopped; the working folder goes when all is written.

    Raises:
        BadInput: the file can not be read, or there are no records in it.
    """
    with _opened(work, [file], model.version if model else "") as (space, connection):
        lexicon = gather([file], space, model, told)
        passes = _passes(space, connection, told)
        _compare(space, lexicon, told)
        pairs = compared(*space.pairs(), space.folder)
        model = model or _fitted(space, pairs, lexicon, told)
        told("deciding", 0, 1)
        decided = decide(pairs, _counts(space), model)
        told("deciding", 1, 1)
        write(output, space, decided)
        refused = int(space.state.get("refused", 0))
        report = report_of(decided, len(pairs.rows), refused, model.version, passes)
    space.clear()
    return report


@contextmanager
def _opened(work: Path, files: Sequence[Path], version: str) -> Iterator[tuple[Workspace, duckdb.DuckDBPyConnection]]:
    space = Workspace(work, key_of(files, version))
    connection = duckdb.connect(str(work / "match.duckdb"))
    try:
        connection.execute(f"set memory_limit = '{_MEMORY}'")
        connection.execute("set temp_directory = ?", [str(work / "spill")])
        connection.execute("set preserve_insertion_order = false")
        yield space, connection
    finally:
        connection.close()


def key_of(files: Sequence[Path], version: str) -> str:
    """Answer what a working folder belongs to: these files as they are, and this model.

    Raises:
        BadInput: there is no such file.
    """
    parts = [version, ",".join(PASSES)]
    for path in files:
        try:
            known = path.stat()
        except OSError as error:
            raise BadInput(f"{path} can not be opened: {error.strerror}; name a CSV or Parquet file") from error
        parts += [str(path.resolve()), str(known.st_size), str(known.st_mtime_ns)]
    return sha256("\n".join(parts).encode()).hexdigest()


def _passes(space: Workspace, connection: duckdb.DuckDBPyConnection, told: Told) -> list[pairing.PassReport]:
    reports = [pairing.PassReport(*line) for line in space.state.get("passes", [])]
    if len(reports) < len(PASSES):
        for at, (name, make) in enumerate(blocking_keys(space.columns(), space.vocabulary, PASSES)):
            if at < len(reports):
                continue
            told("passes", at, len(PASSES))
            report, pairs = pairing.run_pass(connection, name, make())
            reports.append(report)
            found = space.add_found(pairs, _LEFT_AT_ONCE)
            space.note(passes=[list(asdict(r).values()) for r in reports], found=found)
    told("passes", len(PASSES), len(PASSES))
    return reports


def _compare(space: Workspace, lexicon: Lexicon, told: Told) -> None:
    parts, done = range(0, space.rows, _LEFT_AT_ONCE), int(space.state.get("part", 0))
    told("pairs", done, len(parts))
    names = [found_name(part) for part in range(done, len(parts))]
    given = (space.folder, space.rows, space.state["filled"], lexicon)
    for pairs, patterns in in_order(_compared, names, _prepare, *given):
        done += 1
        space.append_pairs(pairs, patterns, done)
        told("pairs", done, len(parts))


_at_hand: list[tuple[Reading, Lexicon]] = []


def _prepare(folder: Path, rows: int, filled: Sequence[str], lexicon: Lexicon) -> None:
    _at_hand[:] = [(Reading(folder, rows, filled), lexicon)]


def _compared(name: str) -> tuple[Ints, Ints]:
    """The work of one process: the pairs of one range of left rows, and their patterns."""
    reading, lexicon = _at_hand[0]
    pairs = reading.found(name)
    steps = range(0, len(pairs), _PAIRS_AT_ONCE)
    patterns = [_patterns(pairs[at : at + _PAIRS_AT_ONCE], reading, lexicon) for at in steps]
    return pairs, np.concatenate(patterns) if patterns else pairs


def _patterns(pairs: Ints, reading: Reading, lexicon: Lexicon) -> Ints:
    left, right = take(reading.columns, pairs >> 32), take(reading.columns, pairs & 0xFFFFFFFF)
    return patterns_of(left, right, reading.vocabulary, lexicon)


def _counts(space: Workspace) -> tuple[int, int]:
    kinds = space.columns()["kind"]
    return int((kinds == PERSON).sum()), int((kinds == ORGANISATION).sum())


def _fitted(space: Workspace, pairs: Compared, lexicon: Lexicon, told: Told) -> Model:
    told("weights", 0, 1)
    columns = space.columns()
    codes, kinds = unpacked(pairs.patterns), kinds_of(pairs.patterns)
    weights = []
    for kind in range(len(KINDS)):
        own, mine = np.flatnonzero(columns["kind"] == kind), kinds == kind
        chance = chance_of(columns, own, space.vocabulary, lexicon)
        weights.append(fit(Patterns(codes[mine], pairs.counts[mine].astype(np.float64)), chance, len(own), kind))
    junk = {name: tuple(values) for name, values in space.state.get("junk", {}).items()}
    told("weights", 1, 1)
    return Model(weights[0], weights[1], lexicon, junk, space.rows)
